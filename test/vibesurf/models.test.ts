import { sql } from 'drizzle-orm';
import { check, getTableConfig, index, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { datetime } from '../../src/drizzle/columns/datetime.js';
import { InvalidJson } from '../../src/drizzle/columns/invalid-json.js';
import { uuid } from '../../src/drizzle/columns/uuid.js';
import { varchar } from '../../src/drizzle/columns/varchar.js';
import { modelDrift } from '../../src/drizzle/model-drift.js';
import { createTableStatements } from '../../src/drizzle/model-sql.js';
import { SealedValue } from '../../src/seal/sealed-value.js';
import type { LlmProfileRow } from '../../src/vibesurf/models/llm-profile.js';
import { MODELS } from '../../src/vibesurf/models/models.js';
import { type NewTaskRow, TASK_STATUSES, type TaskRow, type TaskStatus } from '../../src/vibesurf/models/task.js';
import { openTestDatabase, vibesurfChain } from '../database/open-test-database.js';
import facts from '../facts/vibesurf-schema.json';
import { rowsByTable } from '../fixtures/fixture.js';

/** Where the models differ from the chain on purpose, each a line of `modelDrift` and its reason: nowhere. Triggers are not compared. */
const MODEL_EXCEPTIONS: readonly { readonly line: string; readonly reason: string }[] = [];

const atHead = await openTestDatabase(undefined, { migrations: vibesurfChain });
const nameOf = (table: (typeof MODELS)[number]) => getTableConfig(table).name;

/** The drift of the models where another stands for the one of its name. */
function driftWith(model: (typeof MODELS)[number]): Promise<string[]> {
  return modelDrift(
    atHead,
    MODELS.map((each) => (nameOf(each) === nameOf(model) ? model : each)),
  );
}

const moment = (name: string) => datetime(name).notNull().default(sql`CURRENT_TIMESTAMP`);
const credentialColumns = () => ({
  id: uuid('id'),
  keyName: varchar('key_name', { length: 100 }).notNull().unique(),
  encryptedValue: text('encrypted_value'),
  description: text('description'),
  createdAt: moment('created_at'),
  updatedAt: moment('updated_at'),
});

describe('the models', () => {
  it('say of the schema what the chain does, but for the exceptions, each of which still is one', async () => {
    expect(await modelDrift(atHead, MODELS)).toEqual(MODEL_EXCEPTIONS.map(({ line }) => line));
    expect(MODEL_EXCEPTIONS.every(({ reason }) => reason.length > 0)).toBe(true);
  });

  it('are one for each table, and name its columns in their order', () => {
    const columns = MODELS.map((model) => [nameOf(model), getTableConfig(model).columns.map(({ name }) => name)]);
    expect(Object.fromEntries(columns)).toEqual(
      Object.fromEntries(Object.entries(facts.tables).map(([table, { columns }]) => [table, columns.map(([name]) => name)])),
    );
  });

  it('make an empty database without the chain', async () => {
    const migrations = [{ name: 'v001_models.sql', sql: createTableStatements(MODELS).join(';\n') }];
    const made = await openTestDatabase(undefined, { migrations });
    expect(await modelDrift(made, MODELS)).toEqual([]);
  });

  it('have the statuses that the chain allows', () => {
    expect(TASK_STATUSES).toEqual(facts.tables.tasks.allowedValues.status);
  });

  it.each(MODELS.map((model) => [nameOf(model), model] as const))(
    'read and write back each value of %s found in the wild',
    (table, model) => {
      const { columns } = getTableConfig(model);
      for (const row of rowsByTable[table] ?? [])
        for (const column of columns) {
          const stored = row[column.name] ?? null;
          if (stored === null) continue;
          const value = column.mapFromDriverValue(stored);
          expect(value, `${table}.${column.name}`).not.toBeInstanceOf(InvalidJson);
          if (value === null) continue;
          const again = column.mapToDriverValue(value);
          // Moments and JSON are written in one form, whatever form they were read in.
          const isJson = typeof value === 'object' && !(value instanceof SealedValue || value instanceof Date);
          if (isJson) expect(value).toMatchObject(JSON.parse(String(stored)));
          if (isJson || value instanceof Date) expect(column.mapFromDriverValue(again)).toEqual(value);
          else expect(String(again)).toBe(String(stored));
        }
    },
  );

  it('type rows by their columns', () => {
    expectTypeOf<TaskRow['status']>().toEqualTypeOf<TaskStatus>();
    expectTypeOf<TaskRow['startedAt']>().toEqualTypeOf<Date | null>();
    expectTypeOf<TaskRow['agentMode']>().toEqualTypeOf<string | null>();
    expectTypeOf<LlmProfileRow['encryptedApiKey']>().toEqualTypeOf<SealedValue | null>();
    expectTypeOf<LlmProfileRow['temperature']>().toEqualTypeOf<number | InvalidJson | null>();
    expectTypeOf<NewTaskRow['taskId']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<NewTaskRow['sessionId']>().toEqualTypeOf<string>();
    expectTypeOf<NewTaskRow['status']>().toEqualTypeOf<TaskStatus | undefined>();
  });
});

describe('drift', () => {
  const keyIndex = 'idx_credentials_key_name';

  it('names a table that no model is of, and one that the chain does not make', async () => {
    expect(await modelDrift(atHead, MODELS.slice(1))).toEqual(['table llm_profiles is missing']);
    expect(await modelDrift(atHead, [...MODELS, sqliteTable('others', { id: text('id') })])).toEqual(['table others is not expected']);
  });

  it('names a column that lacks, and one that is too much', async () => {
    const { description: _, ...columns } = credentialColumns();
    const model = sqliteTable('credentials', { ...columns, note: text('note') }, (t) => [
      primaryKey({ columns: [t.id] }),
      index(keyIndex).on(t.keyName),
    ]);
    expect(await driftWith(model)).toEqual(['credentials lacks column description', 'credentials.note is not expected']);
  });

  it.each([
    ['another type', { description: varchar('description', { length: 5 }) }, 'credentials.description is varchar(5), expected text'],
    ['NOT NULL', { description: text('description').notNull() }, 'credentials.description is text not null, expected text'],
    [
      'another default',
      { updatedAt: datetime('updated_at').notNull() },
      'credentials.updated_at is datetime not null, expected datetime not null default current_timestamp',
    ],
    ['no unique key', { keyName: varchar('key_name', { length: 100 }).notNull() }, 'credentials lacks UNIQUE (key_name)'],
    ['a unique key of its own', { description: text('description').unique() }, 'UNIQUE (description) of credentials is not expected'],
  ])('names a column with %s', async (_, columns, line) => {
    const model = sqliteTable('credentials', { ...credentialColumns(), ...columns }, (t) => [
      primaryKey({ columns: [t.id] }),
      index(keyIndex).on(t.keyName),
    ]);
    expect(await driftWith(model)).toEqual([line]);
  });

  it('names a primary key that lacks', async () => {
    const model = sqliteTable('credentials', credentialColumns(), (t) => [index(keyIndex).on(t.keyName)]);
    expect(await driftWith(model)).toEqual(['table credentials is no primary key, expected primary key (id)']);
  });

  it('names a primary key that does not take NULL', async () => {
    const model = sqliteTable('credentials', { ...credentialColumns(), id: uuid('id').primaryKey() }, (t) => [
      index(keyIndex).on(t.keyName),
    ]);
    expect(await driftWith(model)).toEqual(['credentials.id is varchar(36) not null, expected varchar(36)']);
  });

  it('names an index that lacks, is too much, or is of other columns', async () => {
    const without = sqliteTable('credentials', credentialColumns(), (t) => [primaryKey({ columns: [t.id] })]);
    expect(await driftWith(without)).toEqual([`index ${keyIndex} on credentials, (key_name), is missing`]);
    const changed = sqliteTable('credentials', credentialColumns(), (t) => [
      primaryKey({ columns: [t.id] }),
      uniqueIndex(keyIndex).on(t.keyName, t.description),
      index('idx_more').on(t.description),
    ]);
    expect(await driftWith(changed)).toEqual([
      `index ${keyIndex} on credentials is unique (key_name, description), expected (key_name)`,
      'index idx_more on credentials is not expected',
    ]);
  });

  it('names a CHECK that lacks, and one that is too much', async () => {
    const model = sqliteTable('credentials', credentialColumns(), (t) => [
      primaryKey({ columns: [t.id] }),
      index(keyIndex).on(t.keyName),
      check('named', sql`length(${t.keyName}) > ${0}`),
    ]);
    expect(await driftWith(model)).toEqual(['CHECK (length (key_name) > 0) of credentials is not expected']);
    const database = await openTestDatabase(undefined, {
      migrations: [{ name: 'v001_a.sql', sql: 'CREATE TABLE a (b TEXT CHECK (b > 1))' }],
    });
    expect(await modelDrift(database, [sqliteTable('a', { b: text('b') })])).toEqual(['a lacks CHECK (b > 1)']);
  });
});
