import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { kindOf, labelOf } from './column.js';

interface BooleanValues {
  data: boolean;
  driverData: SqlValue;
}

/**
 * True or false, stored as 1 or 0 in a column of type `BOOLEAN`.
 *
 * Reading and writing throw {InvalidValueError} `COLUMN_BOOLEAN` for anything else.
 */
export const boolean: ReturnType<typeof customType<BooleanValues>> = customType<BooleanValues>({
  dataType: () => 'BOOLEAN',
  toDriver(this: unknown, value: boolean): number {
    if (typeof value === 'boolean') return value ? 1 : 0;
    throw new InvalidValueError('COLUMN_BOOLEAN', labelOf(this), `expected true or false and was given ${kindOf(value)}.`);
  },
  fromDriver(this: unknown, value: SqlValue): boolean {
    if (value === 0 || value === 1) return value === 1;
    throw new InvalidValueError(
      'COLUMN_BOOLEAN',
      labelOf(this),
      `expected 0 or 1 and found ${typeof value === 'number' ? 'another number' : kindOf(value)}. Correct the row with SQL.`,
    );
  },
});
