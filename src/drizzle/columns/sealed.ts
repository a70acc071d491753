import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { SealedValue } from '../../seal/sealed-value.js';
import { kindOf, labelOf } from './column.js';

interface SealedValues {
  data: SealedValue;
  driverData: SqlValue;
}

/**
 * A secret as a `SealedValue`, stored as `TEXT`; a plain text is refused by the compiler and when it is written.
 *
 * Writing throws {InvalidValueError} `COLUMN_SEALED` for anything else; what is no text reads as a foreign value.
 */
export const sealed: ReturnType<typeof customType<SealedValues>> = customType<SealedValues>({
  dataType: () => 'TEXT',
  toDriver(this: unknown, value: SealedValue): string {
    if (value instanceof SealedValue) return SealedValue.textOf(value);
    throw new InvalidValueError(
      'COLUMN_SEALED',
      labelOf(this),
      `expected a SealedValue and was given ${kindOf(value)}. Seal it with a vault first.`,
    );
  },
  fromDriver: (value: SqlValue): SealedValue =>
    SealedValue.fromText(value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)),
});
