import type { Transaction } from '../../src/index.js';
import { bodyOf } from './body.js';

/** What writes of both kinds of transaction have. */
export type Writing = Pick<Transaction, 'get' | 'run'>;

export interface Write {
  readonly id: number;
  /** The version of the schema. */
  readonly shape: number;
  /** The lengths of its parts. */
  readonly lengths: readonly number[];
}

/** Takes the next number and puts the write into the journal. @returns its number. */
export function note(tx: Writing, { id, shape, lengths }: Write, target?: number): number {
  const { n } = next(tx.get<{ n: number }>('UPDATE counter SET n = n + 1 RETURNING n'));
  const bytes = lengths.reduce((sum, length) => sum + length, 0);
  tx.run('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)', [n, id, target ?? null, lengths.length, bytes, shape]);
  return n;
}

export function putPart(tx: Writing, n: number, part: number, { id, shape, lengths }: Write): void {
  tx.run('INSERT INTO parts VALUES (?, ?, ?, ?, ?)', [n, part, id, bodyOf(id, part, lengths[part] ?? 0), shape]);
}

/** A write with its parts. @returns its number. */
export function append(tx: Writing, write: Write): number {
  const n = note(tx, write);
  for (const part of write.lengths.keys()) putPart(tx, n, part, write);
  return n;
}

/** A write that puts other bytes into the parts of an earlier one, `share` of the way from the oldest to the newest. */
export function overwrite(tx: Transaction, write: Write, share: number): number {
  const { low, n: last } = next(tx.get<{ low: number; n: number }>('SELECT low, n FROM counter'));
  const target = Math.min(last, low + 1 + Math.floor(share * (last - low)));
  const n = note(tx, { ...write, lengths: [] }, last > low ? target : undefined);
  const parts = tx.all<{ part: number; length: number }>('SELECT part, length(body) AS length FROM parts WHERE n = ?', [target]);
  for (const { part, length } of last > low ? parts : [])
    tx.run('UPDATE parts SET body = ?, written_by = ? WHERE n = ? AND part = ?', [bodyOf(write.id, part, length), write.id, target, part]);
  return n;
}

/** A write that deletes the older half of what is there, if that is much. */
export function prune(tx: Transaction, write: Write): number {
  const n = note(tx, { ...write, lengths: [] });
  const { low } = next(tx.get<{ low: number }>('SELECT low FROM counter'));
  const { bytes } = next(tx.get<{ bytes: number }>('SELECT sum(bytes) AS bytes FROM journal'));
  if (n - low < 1200 && bytes < 5_000_000) return n;
  const middle = low + Math.floor((n - low) / 2);
  tx.run('DELETE FROM journal WHERE n <= ?', [middle]);
  tx.run('UPDATE counter SET low = ?', [middle]);
  return n;
}

/** A row that is always there. */
function next<R>(row: R | undefined): R {
  if (row === undefined) throw new Error('The counter is gone');
  return row;
}
