import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { kindOf, labelOf } from './column.js';

interface BigintValues {
  data: number;
  driverData: SqlValue;
}

const EXPECTED = 'expected an integer from -(2^53 - 1) to 2^53 - 1';

/**
 * An integer as a number, in a column of type `BIGINT`: sizes and counts.
 *
 * Reading and writing throw {InvalidValueError} `COLUMN_INTEGER` for anything that a number does not hold exactly.
 */
export const bigint: ReturnType<typeof customType<BigintValues>> = customType<BigintValues>({
  dataType: () => 'BIGINT',
  toDriver(this: unknown, value: number): number {
    if (Number.isSafeInteger(value)) return value;
    throw new InvalidValueError('COLUMN_INTEGER', labelOf(this), `${EXPECTED} and was given ${foundIn(value)}.`);
  },
  fromDriver(this: unknown, value: SqlValue): number {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new InvalidValueError('COLUMN_INTEGER', labelOf(this), `${EXPECTED} and found ${foundIn(value)}. Read the row with SQL.`);
  },
});

function foundIn(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? 'another number' : kindOf(value);
}
