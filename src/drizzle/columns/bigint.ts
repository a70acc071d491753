import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { kindOf, labelOf } from './column.js';

interface BigintValues {
  data: number;
  driverData: SqlValue;
}

/**
 * An integer as a number, in a column of type `BIGINT`: sizes and counts.
 *
 * Writing throws {InvalidValueError} `COLUMN_INTEGER` for anything that a number does not hold exactly; it reads as NaN.
 */
export const bigint: ReturnType<typeof customType<BigintValues>> = customType<BigintValues>({
  dataType: () => 'BIGINT',
  toDriver(this: unknown, value: number): number {
    if (Number.isSafeInteger(value)) return value;
    const found = typeof value === 'number' ? 'another number' : kindOf(value);
    throw new InvalidValueError(
      'COLUMN_INTEGER',
      labelOf(this),
      `expected an integer from -(2^53 - 1) to 2^53 - 1 and was given ${found}.`,
    );
  },
  fromDriver: (value: SqlValue): number => (typeof value === 'number' && Number.isSafeInteger(value) ? value : Number.NaN),
});
