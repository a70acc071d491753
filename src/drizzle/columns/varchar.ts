import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { type ColumnBuilder, kindOf, labelOf } from './column.js';

export interface VarcharOptions<Text extends string = string> {
  /** Part of the SQL type; SQLite holds nobody to it, and neither does this column. */
  readonly length: number;
  /** The texts that may be written; any by default. */
  readonly enum?: readonly Text[];
}

/**
 * A text in a column of type `VARCHAR(length)`.
 *
 * With `enum`, writing throws {InvalidValueError} `COLUMN_ENUM` for a text that is not in it. What is read is given as it is: that
 * it is one of them is for a CHECK of the table to hold.
 */
export function varchar<const Text extends string = string>(options: VarcharOptions<Text>): ColumnBuilder<'', Text>;
export function varchar<Name extends string, const Text extends string = string>(
  name: Name,
  options: VarcharOptions<Text>,
): ColumnBuilder<Name, Text>;
export function varchar<Text extends string>(first: string | VarcharOptions<Text>, second?: VarcharOptions<Text>): unknown {
  const name = typeof first === 'string' ? first : '';
  const options = typeof first === 'string' ? second : first;
  const allowed: ReadonlySet<string> | undefined = options?.enum && new Set(options.enum);
  const column = customType<{ data: Text; driverData: SqlValue }>({
    dataType: () => `VARCHAR(${options?.length})`,
    toDriver(this: unknown, value: Text): Text {
      if (!allowed || allowed.has(value)) return value;
      const found = typeof value === 'string' ? 'another text' : kindOf(value);
      throw new InvalidValueError('COLUMN_ENUM', labelOf(this), `expected one of ${[...allowed].join(', ')} and was given ${found}.`);
    },
  });
  return column(name);
}
