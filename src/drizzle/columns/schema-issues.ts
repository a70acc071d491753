import type { StandardSchemaV1 } from '@standard-schema/spec';
import { UsageError } from '../../errors/database-error.js';

/** A value that fits, as the schema gives it, or what does not fit. */
export type Validated<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly string[] };

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * Validates with any schema of https://standardschema.dev, in readable lines that hold no value.
 *
 * @throws {UsageError} when the schema is asynchronous.
 */
export function validate<Output>(schema: StandardSchemaV1<unknown, Output>, value: unknown): Validated<Output> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise || 'then' in result) {
    // Nobody waits for it: without this its rejection would end a process.
    Promise.resolve(result).catch(() => undefined);
    throw new UsageError(
      'The schema of a JSON column is to answer at once: it answered with a promise. Use one without asynchronous steps.',
    );
  }
  return result.issues ? { issues: result.issues.map((issue) => lineOf(issue, value)) } : { value: result.value };
}

/** An issue's own message may quote the value: only what was expected is taken from it. */
function lineOf(issue: StandardSchemaV1.Issue, value: unknown): string {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const path = keys.reduce<string>((text, key) => text + segmentText(key, text === ''), '');
  const expected = 'expected' in issue && typeof issue.expected === 'string' ? issue.expected : undefined;
  const what = keys.length > 0 && isMissing(value, keys) ? 'is missing' : expected ? `expected ${expected}` : 'does not fit the schema';
  if (path === '') return what;
  return what === 'is missing' || !expected ? `${path} ${what}` : `${path}: ${what}`;
}

function segmentText(key: PropertyKey, isFirst: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  if (!IDENTIFIER.test(name)) return `[${JSON.stringify(name)}]`;
  return isFirst ? name : `.${name}`;
}

function isMissing(value: unknown, keys: readonly PropertyKey[]): boolean {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null) return false;
    at = Reflect.get(at, key);
  }
  return at === undefined;
}
