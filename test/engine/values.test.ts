import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTransaction } from '../../src/engine/transaction.js';
import type { BindValue } from '../../src/engine/values.js';
import { ParameterError } from '../../src/errors/sql-error.js';
import { openConnection } from './open-connection.js';

const COLUMNS = ['untyped', 'strict_any'] as const;

function roundTrip(value: BindValue): { stored: unknown[]; types: unknown[] } {
  const connection = openConnection();
  connection.script('CREATE TABLE loose (v); CREATE TABLE exact (v ANY) STRICT');
  runTransaction(connection, (tx) => {
    tx.run('INSERT INTO loose VALUES (?)', [value]);
    tx.run('INSERT INTO exact VALUES (:v)', { v: value });
  });
  const one = (sql: string) => connection.value(sql);
  const result = {
    stored: [one('SELECT v FROM loose'), one('SELECT v FROM exact')],
    types: [one('SELECT typeof(v) FROM loose'), one('SELECT typeof(v) FROM exact')],
  };
  connection.close();
  return result;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ufeff', '\ufeffbom', 'a\0b', '\0', '\u{1f600}', 'ü\ufeff', '\ufeff'.repeat(20)),
  fc.string({ unit: 'binary', minLength: 1 }).map((rest) => `\ufeff${rest}`),
);
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1731000000000),
);
const wide = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((value) => value > 2n ** 53n || value < -(2n ** 53n));
const real = fc.double({ noNaN: true }).filter((value) => !Number.isSafeInteger(value));

describe('values', () => {
  const cases: [string, fc.Arbitrary<BindValue>, string][] = [
    ['text', text, 'text'],
    ['integers', integer, 'integer'],
    ['64-bit integers', wide, 'integer'],
    ['reals', real, 'real'],
    ['blobs', fc.uint8Array({ maxLength: 5000 }), 'blob'],
    ['null', fc.constant(null), 'null'],
  ];
  for (const [name, arbitrary, type] of cases) {
    it(`come back as they went in: ${name}`, () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          const { stored, types } = roundTrip(value);
          expect(types).toEqual(COLUMNS.map(() => type));
          for (const back of stored) {
            // -0 is an integer to SQLite, which has no negative zero.
            if (typeof value === 'number') expect(back).toBe(value === 0 ? 0 : value);
            else expect(back).toEqual(value);
          }
        }),
        { numRuns: 150 },
      );
    });
  }

  it('tells a real beyond 2^53 from an integer beyond 2^53', () => {
    expect(roundTrip(2 ** 60).types).toEqual(['real', 'real']);
    expect(roundTrip(2 ** 60).stored).toEqual([2 ** 60, 2 ** 60]);
    expect(roundTrip(2n ** 60n).stored).toEqual([2n ** 60n, 2n ** 60n]);
  });

  it('gives a bigint within the safe range back as a number', () => {
    expect(roundTrip(5n)).toEqual({ stored: [5, 5], types: ['integer', 'integer'] });
  });

  it('stores booleans as 1 and 0', () => {
    expect(roundTrip(true).stored).toEqual([1, 1]);
    expect(roundTrip(false).stored).toEqual([0, 0]);
  });

  it('compares a wide integer as a bound integer, whatever the column', () => {
    const connection = openConnection();
    connection.script("CREATE TABLE t (label TEXT, n INTEGER); INSERT INTO t VALUES ('1731000000000', 1731000000000)");
    expect(connection.value('SELECT count(*) FROM t WHERE label = ?', [1731000000000])).toBe(1);
    expect(connection.value('SELECT count(*) FROM t WHERE n = ?', [1731000000000n])).toBe(1);
    expect(connection.value('SELECT typeof(?)', [2n ** 62n])).toBe('integer');
    connection.close();
  });

  const refused: [string, unknown, string][] = [
    ['undefined', undefined, 'PARAMETER_TYPE'],
    ['NaN', Number.NaN, 'PARAMETER_TYPE'],
    ['a Date', new Date(), 'PARAMETER_TYPE'],
    ['a Float64Array', new Float64Array(1), 'PARAMETER_TYPE'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'PARAMETER_TYPE'],
    ['an array', [1], 'PARAMETER_TYPE'],
    ['an object', { secret: 'hunter2' }, 'PARAMETER_TYPE'],
    ['a function', () => 0, 'PARAMETER_TYPE'],
    ['a symbol', Symbol('s'), 'PARAMETER_TYPE'],
    ['a lone surrogate', 'hunter2\ud800', 'PARAMETER_TEXT'],
    ['an integer beyond 64 bits', 2n ** 63n, 'PARAMETER_RANGE'],
  ];
  for (const [name, value, code] of refused) {
    it(`refuse ${name}, naming the parameter and never its value`, () => {
      const connection = openConnection();
      const attempt = () => connection.value('SELECT ?1, :second', [1, value as BindValue]);
      expect(attempt).toThrow(ParameterError);
      expect(attempt).toThrow(expect.objectContaining({ code, parameter: ':second' }));
      expect(attempt).not.toThrow(/hunter2/);
      connection.close();
    });
  }
});
