import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { kindOf, labelOf } from './column.js';

interface BooleanValues {
  data: boolean;
  driverData: SqlValue;
}

/**
 * True or false, stored as 1 or 0 in a column of type `BOOLEAN`. Reads as true what SQLite takes for true in a condition.
 *
 * Writing throws {InvalidValueError} `COLUMN_BOOLEAN` for anything else.
 */
export const boolean: ReturnType<typeof customType<BooleanValues>> = customType<BooleanValues>({
  dataType: () => 'BOOLEAN',
  toDriver(this: unknown, value: boolean): number {
    if (typeof value === 'boolean') return value ? 1 : 0;
    throw new InvalidValueError('COLUMN_BOOLEAN', labelOf(this), `expected true or false and was given ${kindOf(value)}.`);
  },
  fromDriver: isTrue,
});

/** https://www.sqlite.org/lang_expr.html#boolean_expressions: a text counts as the number that it begins with. */
function isTrue(value: SqlValue): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0;
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : (value ?? '');
  return (Number.parseFloat(text) || 0) !== 0;
}
