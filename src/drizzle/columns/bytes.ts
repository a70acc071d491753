import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { kindOf, labelOf } from './column.js';

interface BytesValues {
  data: Uint8Array;
  driverData: SqlValue;
}

/**
 * A BLOB as a Uint8Array; Drizzle's own `blob()` makes a Buffer of it, which only Node has. A relational query cannot carry it within
 * `with`, which goes through JSON.
 *
 * Reading and writing throw {InvalidValueError} `COLUMN_BYTES` for anything else.
 */
export const bytes: ReturnType<typeof customType<BytesValues>> = customType<BytesValues>({
  dataType: () => 'blob',
  toDriver(this: unknown, value: Uint8Array): Uint8Array {
    if (value instanceof Uint8Array) return value;
    throw new InvalidValueError('COLUMN_BYTES', labelOf(this), `expected a Uint8Array and was given ${kindOf(value)}.`);
  },
  fromDriver(this: unknown, value: SqlValue): Uint8Array {
    if (value instanceof Uint8Array) return value;
    throw new InvalidValueError(
      'COLUMN_BYTES',
      labelOf(this),
      `expected a blob and found ${kindOf(value)}. Correct the row with SQL; in a relational query, read it outside of "with", which makes JSON of it.`,
    );
  },
});
