import type { HasDefault, HasRuntimeDefault } from 'drizzle-orm';
import { customType } from 'drizzle-orm/sqlite-core';
import { v4, v7 } from 'uuid';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { type ColumnBuilder, kindOf, labelOf } from './column.js';

export interface UuidOptions {
  /** Of the ids that are made for rows without one: random (4), or in the order of time (7). 4 by default. */
  readonly version?: 4 | 7;
  /** `VARCHAR(36)` by default. */
  readonly sqlType?: string;
  /** What may be written: a UUID by default, or any text, for ids that others make too. */
  readonly accepts?: 'uuid' | 'text';
}

/** A column that gives each new row an id. */
export type UuidBuilder<Name extends string> = HasRuntimeDefault<HasDefault<ColumnBuilder<Name, string>>>;

/**
 * 32 hexadecimal digits in five groups. RFC 9562 has them as 8-4-4-4-12; ids that Python's variant of version 7 made stand in
 * databases as 4-8-4-4-12, and have to be found by their text.
 */
const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{4}-[0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * A UUID as text; a row that is inserted without one gets one.
 *
 * Writing, and comparing with `eq` and the like, throw {InvalidValueError} `COLUMN_UUID` for a text that is none, unless the column
 * accepts any. What is read is given as it is.
 */
export function uuid(options?: UuidOptions): UuidBuilder<''>;
export function uuid<Name extends string>(name: Name, options?: UuidOptions): UuidBuilder<Name>;
export function uuid(first: string | UuidOptions = '', second: UuidOptions = {}): UuidBuilder<string> {
  const { version = 4, sqlType = 'VARCHAR(36)', accepts = 'uuid' } = typeof first === 'string' ? second : first;
  const column = customType<{ data: string; driverData: SqlValue }>({
    dataType: () => sqlType,
    toDriver(this: unknown, value: string): string {
      if (typeof value === 'string' && (accepts === 'text' || UUID.test(value))) return value;
      const found = typeof value === 'string' ? 'another text' : kindOf(value);
      throw new InvalidValueError('COLUMN_UUID', labelOf(this), `expected a UUID of 36 characters and was given ${found}.`);
    },
  });
  return column(typeof first === 'string' ? first : '').$defaultFn(() => (version === 7 ? v7() : v4()));
}
