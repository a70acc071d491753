import { sql } from 'drizzle-orm';
import { SQLiteSyncDialect, sqliteTable } from 'drizzle-orm/sqlite-core';
import { validate, version } from 'uuid';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { bigint } from '../../../src/drizzle/columns/bigint.js';
import { boolean } from '../../../src/drizzle/columns/boolean.js';
import { sealed } from '../../../src/drizzle/columns/sealed.js';
import { uuid } from '../../../src/drizzle/columns/uuid.js';
import { varchar } from '../../../src/drizzle/columns/varchar.js';
import { SealedValue } from '../../../src/seal/sealed-value.js';
import { openTestDatabase } from '../../database/open-test-database.js';
import { thrownBy } from '../../database/outcome.js';
import { mappedColumn } from './mapped-column.js';

const ID = '3f0c2b6e-8d1a-4c57-9b8e-0a6f1d2e7c41';

describe('a column', () => {
  it('is named by its property where it has no name of its own', () => {
    const things = sqliteTable('things', { given: boolean(), other: boolean('is_other') });
    expect([things.given.name, things.other.name]).toEqual(['given', 'is_other']);
  });

  it('names itself in errors where Drizzle builds a query', () => {
    const things = sqliteTable('things', { given: boolean('is_given') });
    const query = sql`SELECT ${sql.param('yes', things.given)}`;
    expect(() => new SQLiteSyncDialect().sqlToQuery(query)).toThrow('things.is_given: expected true or false and was given a text.');
  });
});

describe('a boolean', () => {
  const column = mappedColumn(boolean());

  it('is stored as 1 or 0', async () => {
    expect([await column.kept(true), await column.kept(false)]).toEqual([1, 0]);
    expect([column.fromDriver(1), column.fromDriver(0)]).toEqual([true, false]);
    expect(column.sqlType).toBe('BOOLEAN');
  });

  it('reads as what SQLite takes a value for in a condition', async () => {
    const stored = [2, -1, 0.5, 1n, 0n, 'true', '1', '0', '2 times', '', new Uint8Array([0x31]), new Uint8Array([0x78])];
    const database = await openTestDatabase();
    const taken = stored.map((value) => database.values('SELECT CASE WHEN ? THEN 1 ELSE 0 END', [value])[0]?.[0] === 1);
    expect(stored.map((value) => column.fromDriver(value))).toEqual(taken);
  });

  it.each([1, 'true'])('is not written from %s', (value) => {
    expect(thrownBy(() => column.toDriver(value))).toMatchObject({ code: 'COLUMN_BOOLEAN', column: 'things.given' });
  });
});

describe('a bigint', () => {
  const column = mappedColumn(bigint());

  it('is a number that is exact', async () => {
    expect(await column.kept(2 ** 53 - 1)).toBe(2 ** 53 - 1);
    expect(column.fromDriver(5368709120)).toBe(5368709120);
    expect(column.sqlType).toBe('BIGINT');
  });

  it.each([2n ** 53n, 1.5, 'many', 2 ** 53, new Uint8Array(1)])('reads as NaN from %s', (stored) => {
    expect(column.fromDriver(stored)).toBeNaN();
  });

  it.each([1.5, 2 ** 53, Number.NaN, '1'])('is not written from %s', (value) => {
    expect(thrownBy(() => column.toDriver(value))).toMatchObject({ code: 'COLUMN_INTEGER', column: 'things.given' });
  });
});

describe('a uuid', () => {
  it.each([
    [4, uuid('id')],
    [4, uuid({ version: 4 })],
    [7, uuid('id', { version: 7 })],
  ])('of version %i is made for a row without one', (expected, builder) => {
    const things = sqliteTable('things', { id: builder });
    const made = String(things.id.defaultFn?.());
    expect([validate(made), version(made)]).toEqual([true, expected]);
    expect(things.id.mapToDriverValue(made)).toBe(made);
  });

  it.each([ID, ID.toUpperCase(), '00000000-0000-0000-0000-000000000000', '0197-0b3e5f2a-7c4d-9e8b-1a2b3c4d5e6f'])(
    'may be written as %s',
    (id) => expect(mappedColumn(uuid()).toDriver(id)).toBe(id),
  );

  it.each(['', 'me', ID.slice(1), `${ID}0`, ID.replaceAll('-', ''), ID.replace('3', 'g'), 5])('may not be written as %s', (id) => {
    const thrown = thrownBy(() => mappedColumn(uuid()).toDriver(id));
    expect(thrown).toMatchObject({ name: 'InvalidValueError', code: 'COLUMN_UUID', column: 'things.given' });
    if (String(id).length > 2) expect(String(thrown)).not.toContain(String(id));
  });

  it('is given as it is read', () => {
    expect(mappedColumn(uuid()).fromDriver('me')).toBe('me');
  });

  it('has the SQL type asked for', () => {
    expect([mappedColumn(uuid()).sqlType, mappedColumn(uuid('id', { sqlType: 'TEXT' })).sqlType]).toEqual(['VARCHAR(36)', 'TEXT']);
  });
});

describe('a varchar', () => {
  it('holds any text, whatever its length', async () => {
    const column = mappedColumn(varchar({ length: 3 }));
    expect(await column.kept('longer')).toBe('longer');
    expect(column.sqlType).toBe('VARCHAR(3)');
  });

  it('with an enum is written from its texts only, and typed by them', () => {
    const builder = varchar('status', { length: 9, enum: ['on', 'off'] });
    const things = sqliteTable('things', { status: builder });
    expectTypeOf<typeof things.$inferSelect>().toEqualTypeOf<{ status: 'on' | 'off' | null }>();
    expect(things.status.mapToDriverValue('on')).toBe('on');
    // @ts-expect-error A text outside of the enum.
    const insert: typeof things.$inferInsert = { status: 'secret' };
    const thrown = thrownBy(() => things.status.mapToDriverValue(insert.status));
    expect(thrown).toMatchObject({ name: 'InvalidValueError', code: 'COLUMN_ENUM', column: 'things.status' });
    expect(String(thrown)).toContain('expected one of on, off and was given another text');
    expect(things.status.mapFromDriverValue('OFF')).toBe('OFF');
  });
});

describe('a sealed value', () => {
  const column = mappedColumn(sealed());

  it('is stored as its text and read as a SealedValue', async () => {
    expect(await column.kept(SealedValue.fromText('abc'))).toBe('abc');
    const read = column.fromDriver('abc');
    expect(read).toBeInstanceOf(SealedValue);
    expect(SealedValue.textOf(read as SealedValue)).toBe('abc');
    expect(column.sqlType).toBe('TEXT');
  });

  it('is not written from a plain text, which no compiler lets pass', () => {
    const things = sqliteTable('things', { key: sealed() });
    // @ts-expect-error A plain text.
    const insert: typeof things.$inferInsert = { key: 'sk-plain' };
    const thrown = thrownBy(() => column.toDriver(insert.key));
    expect(thrown).toMatchObject({ name: 'InvalidValueError', code: 'COLUMN_SEALED', column: 'things.given' });
    expect(String(thrown)).not.toContain('sk-plain');
  });

  it('is not written from what only looks like one', () => {
    expect(thrownBy(() => column.toDriver({ toString: () => 'abc' }))).toMatchObject({ code: 'COLUMN_SEALED' });
  });

  it('reads as a foreign value from what is no text', () => {
    for (const stored of [new Uint8Array([65]), 1]) expect(column.fromDriver(stored)).toMatchObject({ isForeign: true });
  });
});
