import { ParameterError } from '../errors/sql-error.js';
import type { Token } from './token.js';
import { type BindValue, type BoundValue, bindable } from './values.js';

/** By position, or by name; a name may be written with or without its prefix (`id` or `:id`). */
export type Parameters = readonly BindValue[] | Readonly<Record<string, BindValue>>;

/** Where a statement's parameters stand and how SQLite numbers them. */
export interface ParameterList {
  /** How many values the statement takes. */
  readonly count: number;
  /** The name, prefix included, by index from 0; undefined for one without a name. */
  readonly nameByIndex: readonly (string | undefined)[];
  readonly tokens: readonly { readonly start: number; readonly end: number; readonly index: number }[];
}

const none: readonly BoundValue[] = [];

/** Numbers the parameters as SQLite does (https://www.sqlite.org/lang_expr.html#parameters). */
export function listParameters(sql: string, tokens: readonly Token[]): ParameterList {
  const nameByIndex: (string | undefined)[] = [];
  const indexByName = new Map<string, number>();
  const found: { start: number; end: number; index: number }[] = [];
  for (const { kind, start, end } of tokens) {
    if (kind !== 'variable') continue;
    const text = sql.slice(start, end);
    let index: number;
    if (text.startsWith('?')) {
      index = text === '?' ? nameByIndex.length : Number(text.slice(1)) - 1;
    } else {
      index = indexByName.get(text) ?? nameByIndex.length;
      indexByName.set(text, index);
    }
    while (nameByIndex.length <= index && index < 32_766) nameByIndex.push(undefined);
    if (!text.startsWith('?')) nameByIndex[index] = text;
    found.push({ start, end, index });
  }
  return { count: nameByIndex.length, nameByIndex, tokens: found };
}

/**
 * The values in SQLite's order, checked.
 *
 * @throws {ParameterError} when one is missing, extra, unknown, or has no SQLite value.
 */
export function bindParameters(list: ParameterList, given: Parameters | undefined): readonly BoundValue[] {
  if (given === undefined) {
    if (list.count === 0) return none;
    throw new ParameterError(
      'PARAMETER_MISSING',
      labelOf(list, 0),
      `The statement takes ${list.count} parameter(s) and none was given. Pass them as an array or an object.`,
    );
  }
  if (Array.isArray(given)) return bindPositions(list, given);
  if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) {
    throw new ParameterError(
      'PARAMETER_TYPE',
      '(all)',
      'Parameters are passed as an array, or as an object with one property for each name.',
    );
  }
  // Not an array, as was just seen: the other half of the union.
  return bindNames(list, given as Readonly<Record<string, BindValue>>);
}

function bindPositions(list: ParameterList, given: readonly BindValue[]): readonly BoundValue[] {
  if (given.length < list.count) {
    throw new ParameterError(
      'PARAMETER_MISSING',
      labelOf(list, given.length),
      `The statement takes ${list.count} parameter(s) and ${given.length} were given: ${labelOf(list, given.length)} is missing.`,
    );
  }
  if (given.length > list.count) {
    throw new ParameterError(
      'PARAMETER_EXTRA',
      String(list.count + 1),
      `The statement takes ${list.count} parameter(s) and ${given.length} were given. Remove the extra ones.`,
    );
  }
  const bound: BoundValue[] = [];
  for (let index = 0; index < given.length; index++) bound.push(bindable(given[index], labelOf(list, index)));
  return bound;
}

function bindNames(list: ParameterList, given: Readonly<Record<string, BindValue>>): readonly BoundValue[] {
  const keys = new Set(Object.keys(given));
  const bound: BoundValue[] = [];
  for (let index = 0; index < list.count; index++) {
    const name = list.nameByIndex[index];
    if (name === undefined) {
      throw new ParameterError(
        'PARAMETER_MISSING',
        String(index + 1),
        `Parameter ${index + 1} has no name: pass the parameters as an array, or name each of them in the SQL.`,
      );
    }
    const key = keys.has(name) ? name : name.slice(1);
    if (!keys.delete(key)) {
      const others = [...keys].join(', ');
      throw new ParameterError('PARAMETER_MISSING', name, `Parameter ${name} was not given${others && `, and these were: ${others}`}.`);
    }
    bound.push(bindable(given[key], name));
  }
  const [unknown] = keys;
  if (unknown !== undefined) {
    throw new ParameterError(
      'PARAMETER_UNKNOWN',
      unknown,
      `The statement has no parameter named "${unknown}". It has: ${list.nameByIndex.join(', ') || 'none'}.`,
    );
  }
  return bound;
}

function labelOf(list: ParameterList, index: number): string {
  return list.nameByIndex[index] ?? String(index + 1);
}
