import type { StandardSchemaV1 } from '@standard-schema/spec';
import { sqliteTable } from 'drizzle-orm/sqlite-core';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { InvalidJson } from '../../../src/drizzle/columns/invalid-json.js';
import { json } from '../../../src/drizzle/columns/json.js';
import { thrownBy } from '../../database/outcome.js';
import { mappedColumn } from './mapped-column.js';

const settings = v.object({
  name: v.string(),
  history: v.optional(v.array(v.object({ name: v.string() })), []),
  env: v.optional(v.record(v.string(), v.string())),
});
const throwing = mappedColumn(json(settings));
const raw = mappedColumn(json(settings, { onInvalid: 'raw' }));
const any = mappedColumn(json());
const issuesOf = (run: () => unknown) => (thrownBy(run) as { issues?: unknown }).issues;

describe('a JSON column', () => {
  it('stores what its schema gives, and gives it back', async () => {
    const stored = await throwing.kept({ name: 'a', more: 1 });
    expect(stored).toBe('{"name":"a","history":[]}');
    expect(throwing.fromDriver(stored)).toEqual({ name: 'a', history: [] });
    expect(throwing.fromDriver('{"name": "b"}')).toEqual({ name: 'b', history: [] });
  });

  it.each([0.7, -1, 0, 1e21, 'text', '0.7', '', true, null, [], { a: [1, null] }])('without a schema keeps %j', async (value) => {
    expect(any.fromDriver(await any.kept(value))).toEqual(value);
  });

  it('reads the numbers that SQLite makes of texts', async () => {
    const number = mappedColumn(json(v.number()));
    expect(await number.kept(0.7)).toBe(0.7);
    expect(number.fromDriver(0.7)).toBe(0.7);
    const text = mappedColumn(json(v.number(), { sqlType: 'TEXT' }));
    expect(await text.kept(0.7)).toBe('0.7');
    expect(text.fromDriver('0.7')).toBe(0.7);
  });

  it('has the SQL type asked for', () => {
    expect([any.sqlType, mappedColumn(json(undefined, { sqlType: 'TEXT' })).sqlType]).toEqual(['JSON', 'TEXT']);
  });

  it('reads the text null as null, unless NULL is not allowed', () => {
    expect(throwing.fromDriver('null')).toBeNull();
    expect(issuesOf(() => mappedColumn(json(settings).notNull()).fromDriver('null'))).toEqual(['expected Object']);
    expect(mappedColumn(json('given', settings, { onInvalid: 'raw' }).notNull()).fromDriver('null')).toEqual(
      new InvalidJson('null', ['expected Object']),
    );
  });

  it.each([
    [{}, ['name is missing']],
    [{ name: 7 }, ['name: expected string']],
    [{ name: 'a', history: [{ name: 'b' }, {}, { name: 3 }] }, ['history[1].name is missing', 'history[2].name: expected string']],
    [{ name: 'a', env: { PATH: 1, 'A-B': 2 } }, ['env.PATH: expected string', 'env["A-B"]: expected string']],
    ['text', ['expected Object']],
  ])('refuses %j with the path of each issue', (value, issues) => {
    expect(issuesOf(() => throwing.toDriver(value))).toEqual(issues);
    expect(issuesOf(() => throwing.fromDriver(JSON.stringify(value)))).toEqual(issues);
    expect(raw.fromDriver(JSON.stringify(value))).toEqual(new InvalidJson(JSON.stringify(value), issues));
  });

  it('tells its name and no value', () => {
    const thrown = thrownBy(() => throwing.toDriver({ name: ['hunter2'], env: { KEY: 12345 } }));
    expect(thrown).toMatchObject({ name: 'InvalidJsonError', code: 'COLUMN_JSON', column: 'things.given' });
    expect(String(thrown)).toBe(
      'InvalidJsonError: things.given does not fit its schema: name: expected string; env.KEY: expected string. Correct what is named and write it again.',
    );
  });

  it("leaves out what a schema's own message says", () => {
    const quoting = v.pipe(
      v.string(),
      v.check(
        () => false,
        ({ input }) => `${input} is bad`,
      ),
    );
    expect(issuesOf(() => mappedColumn(json(quoting)).toDriver('hunter2'))).toEqual(['does not fit the schema']);
  });

  it.each(['{"a":', "{'a': 1}", '', 'NaN'])('that holds no JSON, as "%s", is invalid', (text) => {
    expect(issuesOf(() => any.fromDriver(text))).toEqual(['expected JSON and found another text']);
    expect(mappedColumn(json(undefined, { onInvalid: 'raw' })).fromDriver(text)).toMatchObject({ raw: text });
  });

  it.each(['{"a":', '5', '[1, 2]', '"x"', '9007199254740993', '0.1', '9e999', '-9e999'])(
    'keeps the invalid %s as it was when it is written back',
    async (text) => {
      const asStored = await raw.kept(new InvalidJson(text, []));
      const read = raw.fromDriver(asStored);
      expect(read).toBeInstanceOf(InvalidJson);
      expect(await raw.kept(read)).toEqual(asStored);
    },
  );

  it('takes an InvalidJson only where it gives one', () => {
    expect(thrownBy(() => throwing.toDriver(new InvalidJson('{"name": "a"}', [])))).toMatchObject({ code: 'COLUMN_JSON' });
  });

  it.each([Number.NaN, { a: [Number.POSITIVE_INFINITY] }, 1n, () => 1, undefined])('refuses %s, which JSON cannot hold', (value) => {
    expect(issuesOf(() => any.toDriver(value))).toEqual(['expected what JSON can hold, with finite numbers only']);
  });

  it('gives a blob raw, which stores the same again, or refuses it', () => {
    const blob = new Uint8Array([1, 2]);
    const read = raw.fromDriver(blob);
    expect(read).toMatchObject({ issues: ['expected JSON and found a blob'] });
    expect(raw.toDriver(read)).toEqual(blob);
    expect(issuesOf(() => any.fromDriver(blob))).toEqual(['expected JSON and found a blob']);
  });

  it('does not round integers that a number cannot hold', () => {
    const issue = 'expected numbers that JavaScript holds exactly, and found a greater integer';
    for (const stored of ['{"id": 9007199254740993}', '[-12345678901234567890]', 9007199254740993n]) {
      expect(issuesOf(() => any.fromDriver(stored))).toEqual([issue]);
      expect(raw.toDriver(raw.fromDriver(stored))).toBe(String(stored));
    }
    const exact = '{"a": 9007199254740991, "b": 0.12345678901234567, "c": 1e300, "text": "9007199254740993", "d": 1152921504606847000}';
    expect(any.fromDriver(exact)).toEqual(JSON.parse(exact));
  });

  it('refuses a schema that answers with a promise', () => {
    const late = mappedColumn(
      json(
        v.pipeAsync(
          v.string(),
          v.checkAsync(async () => Promise.reject(new Error('late'))),
        ),
      ),
    );
    expect(thrownBy(() => late.toDriver('a'))).toMatchObject({ name: 'UsageError', code: 'USAGE' });
    expect(thrownBy(() => late.fromDriver('"a"'))).toMatchObject({ name: 'UsageError' });
  });

  it('takes any schema of the standard, its path of keys or of segments', () => {
    const schema: StandardSchemaV1<number, string> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          typeof value === 'number'
            ? { value: `${value}` }
            : { issues: [{ message: `no: ${value}`, path: ['a', { key: 0 }, { key: 'b c' }] }] },
      },
    };
    const column = mappedColumn(json(schema));
    expect(column.toDriver(5)).toBe('"5"');
    expect(issuesOf(() => column.toDriver('x'))).toEqual(['a[0]["b c"] does not fit the schema']);
  });

  it('is typed by its schema, and by what reading does with an invalid value', () => {
    const things = sqliteTable('things', {
      throwing: json('a', settings),
      raw: json('b', settings, { onInvalid: 'raw' }),
      unnamed: json(v.number(), { onInvalid: 'raw' }),
      any: json('d'),
    });
    type Settings = v.InferOutput<typeof settings>;
    expectTypeOf<typeof things.$inferSelect>().toEqualTypeOf<{
      throwing: Settings | null;
      raw: Settings | InvalidJson | null;
      unnamed: number | InvalidJson | null;
      any: unknown;
    }>();
    expect([things.throwing.name, things.unnamed.name, things.any.name]).toEqual(['a', 'unnamed', 'd']);
  });
});
