import type { StandardSchemaV1 } from '@standard-schema/spec';
import { Column, is } from 'drizzle-orm';
import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidJsonError } from '../../errors/column-error.js';
import { type ColumnBuilder, labelOf } from './column.js';
import { InvalidJson } from './invalid-json.js';
import { readJson, writeJson } from './json-text.js';
import { validate } from './schema-issues.js';

export type OnInvalid = 'throw' | 'raw';

export interface JsonOptions<Mode extends OnInvalid = OnInvalid> {
  /** `JSON` by default, to which SQLite gives NUMERIC affinity: a text that is a number becomes one. `TEXT` has no such. */
  readonly sqlType?: 'JSON' | 'TEXT';
  /** What reading does with a value that does not fit: throw (by default), or give an `InvalidJson`. */
  readonly onInvalid?: Mode;
}

/** What a column of a schema gives and takes: the schema's output, and `InvalidJson` where reading does not throw. */
export type JsonData<Schema extends StandardSchemaV1 | undefined, Mode extends OnInvalid> =
  | (Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : unknown)
  | (Mode extends 'raw' ? InvalidJson : never);

/**
 * A value as JSON, validated by any schema of https://standardschema.dev when it is written and when it is read; without a schema,
 * any JSON. What the schema adds or takes away (defaults, unknown keys) is so in both directions.
 *
 * NULL and the JSON text `null` are null, where the column may be NULL. Writing throws {InvalidJsonError} for a value that
 * does not fit or that is no JSON; of what is within it, JSON.stringify() decides. Reading throws so unless `onInvalid` is `raw`, also for
 * integers that a number cannot hold. A schema that answers with a promise is a {UsageError}.
 */
export function json<Schema extends StandardSchemaV1 | undefined = undefined, const Mode extends OnInvalid = 'throw'>(
  schema?: Schema,
  options?: JsonOptions<Mode>,
): ColumnBuilder<'', JsonData<Schema, Mode>>;
export function json<Name extends string, Schema extends StandardSchemaV1 | undefined = undefined, const Mode extends OnInvalid = 'throw'>(
  name: Name,
  schema?: Schema,
  options?: JsonOptions<Mode>,
): ColumnBuilder<Name, JsonData<Schema, Mode>>;
export function json(first?: string | StandardSchemaV1, second?: StandardSchemaV1 | JsonOptions, third?: JsonOptions): unknown {
  // The overloads put the name first, or leave it out: what follows it is a schema, then options.
  const [name, schema, options] = (typeof first === 'string' ? [first, second, third] : ['', first, second]) as [
    string,
    StandardSchemaV1 | undefined,
    JsonOptions | undefined,
  ];
  const { sqlType = 'JSON', onInvalid = 'throw' } = options ?? {};
  const column = customType<{ data: unknown; driverData: SqlValue }>({
    dataType: () => sqlType,
    toDriver(this: unknown, value: unknown): string | Uint8Array {
      return onInvalid === 'raw' && value instanceof InvalidJson ? value.raw : textToStore(labelOf(this), value, schema);
    },
    fromDriver(this: unknown, stored: SqlValue): unknown {
      const { raw, parsed } = readJson(stored);
      if (!parsed.issues && parsed.value === null && !(is(this, Column) && this.notNull)) return null;
      const validated = parsed.issues || !schema ? parsed : validate(schema, parsed.value);
      if (!validated.issues) return validated.value;
      if (onInvalid === 'raw') return new InvalidJson(raw, validated.issues);
      throw new InvalidJsonError(labelOf(this), validated.issues);
    },
  });
  return column(name);
}

function textToStore(column: string, value: unknown, schema: StandardSchemaV1 | undefined): string {
  const validated = schema ? validate(schema, value) : { value };
  if (validated.issues) throw new InvalidJsonError(column, validated.issues);
  const text = writeJson(validated.value);
  if (text === undefined) throw new InvalidJsonError(column, ['expected what JSON can hold, with finite numbers only']);
  return text;
}
