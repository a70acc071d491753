// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { judge, type ListOperation, type ListTransaction } from './serializability.js';

const append = (list: number, value: number): ListOperation => ({ kind: 'append', list, value });
const read = (list: number, ...values: number[]): ListOperation => ({ kind: 'read', list, values });

/** Transactions that are all under way at once, each in a session of its own, unless `more` says otherwise. */
function transaction(id: number, operations: ListOperation[], more: Partial<ListTransaction> = {}): ListTransaction {
  return { id, session: id, begun: 0, ended: 1, outcome: 'committed', operations, ...more };
}
const [X, Y] = [1, 2];
const ends = (x: number[], y: number[] = []) =>
  new Map([
    [X, x],
    [Y, y],
  ]);

describe('the judge of histories', () => {
  it('finds the serial order of one that has it', () => {
    const first = transaction(1, [append(X, 10), append(Y, 11)]);
    const second = transaction(2, [read(X, 10), append(Y, 20)]);
    const third = transaction(3, [read(X), read(Y)]);
    const { anomalies, order } = judge([first, second, third], ends([10], [11, 20]));
    expect(anomalies).toEqual([]);
    expect(order).toEqual([third, first, second]);
  });

  it.each<[string, RegExp, ListTransaction[], ReadonlyMap<number, number[]>]>([
    ['a lost update', /^G-single/, [transaction(1, [read(X), append(X, 10)]), transaction(2, [read(X), append(X, 20)])], ends([10, 20])],
    ['a lost append', /^lost/, [transaction(1, [append(X, 10)]), transaction(2, [append(X, 20)])], ends([20])],
    ['write skew', /^G2/, [transaction(1, [read(X), append(Y, 10)]), transaction(2, [read(Y), append(X, 20)])], ends([20], [10])],
    [
      'a circle of information',
      /^G1c/,
      [transaction(1, [append(X, 10), read(Y, 20)]), transaction(2, [append(Y, 20), read(X, 10)])],
      ends([10], [20]),
    ],
    [
      'a write cycle',
      /^G0/,
      [transaction(1, [append(X, 10), append(Y, 11)]), transaction(2, [append(X, 20), append(Y, 21)])],
      ends([10, 20], [21, 11]),
    ],
    [
      'a read of what was rejected',
      /which became/,
      [transaction(1, [append(X, 10)], { outcome: 'rejected' }), transaction(2, [read(X, 10)])],
      ends([]),
    ],
    ['a rejected write that is kept', /^G1a/, [transaction(1, [append(X, 10)], { outcome: 'rejected' })], ends([10])],
    [
      'a read of half a transaction',
      /^G-single/,
      [transaction(1, [append(X, 10), append(X, 11)]), transaction(2, [read(X, 10)])],
      ends([10, 11]),
    ],
    [
      'a read between two lists',
      /^G-single/,
      [transaction(1, [append(X, 10), append(Y, 11)]), transaction(2, [read(X, 10), read(Y)])],
      ends([10], [11]),
    ],
    [
      'a transaction of unknown outcome that is kept in part',
      /^torn/,
      [transaction(1, [append(X, 10), append(Y, 11)], { outcome: 'unknown' })],
      ends([10]),
    ],
    ['a value that comes twice', /twice/, [transaction(1, [append(X, 10)])], ends([10, 10])],
    ['a value from nowhere', /nobody/, [], ends([10])],
    [
      'versions in another order',
      /which became/,
      [transaction(1, [append(X, 10)]), transaction(2, [append(X, 20)]), transaction(3, [read(X, 20)])],
      ends([10, 20]),
    ],
    ['an own append that is not read', /^internal/, [transaction(1, [append(X, 10), read(X)])], ends([10])],
    [
      'a session that does not see its own past',
      /^G-single/,
      [transaction(1, [append(X, 10)]), transaction(2, [read(X)], { session: 1, begun: 2, ended: 3 })],
      ends([10]),
    ],
    [
      'a writer that has not seen what was acknowledged before',
      /^G-single/,
      [transaction(1, [append(X, 10)]), transaction(2, [read(X), append(Y, 20)], { begun: 2, ended: 3 })],
      ends([10], [20]),
    ],
  ])('finds %s', (_, name, transactions, end) => {
    expect(judge(transactions, end).anomalies.join()).toMatch(name);
  });

  it('lets who only reads see an older state than another session was told of', () => {
    const history = [transaction(1, [append(X, 10)]), transaction(2, [read(X)], { begun: 2, ended: 3 })];
    expect(judge(history, ends([10])).anomalies).toEqual([]);
  });
});
