import type { Database, Durability } from '../../src/index.js';
import type { Plan } from '../protocol.js';
import { between, type Random } from '../random.js';
import type { Tell } from './channel.js';
import type { Gate } from './gate.js';
import { append, note, overwrite, prune, putPart, type Write } from './write.js';

const WRITERS = { single: 1, burst: 16, large: 3, transactions: 2, mixed: 6 } as const;

export interface Work {
  readonly db: Database;
  readonly plan: Plan;
  readonly random: Random;
  readonly gate: Gate;
  readonly tell: Tell;
}

/** Thrown to have a write taken back. */
class TakenBack extends Error {
  override readonly name = 'TakenBack';
}

/** Writes without pause, in the plan's way, as long as the gate lets it. */
export function startWriting(work: Work): void {
  const { db, plan, random, gate, tell } = work;
  if (plan.load === 'none') return;
  let count = 0;
  let seq = 0;
  db.subscribe('all', (change) => {
    seq = change.seq;
  });
  const writeOne = async () => {
    const id = plan.session * 1_000_000 + plan.tab * 500_000 + ++count;
    const durability: Durability = plan.durability === 'mixed' ? (random() < 0.3 ? 'strict' : 'relaxed') : plan.durability;
    const isRefused = count % 19 === 0;
    try {
      const n = await (isRefused ? refused(work, id, durability) : accepted(work, id, durability, count));
      if (isRefused) tell({ is: 'fault', kind: 'torn', what: `write ${id} was to be refused, and resolved` });
      tell({ is: 'kept', id, n, seq, isStrict: durability === 'strict' });
    } catch (thrown) {
      const name = thrown instanceof Error ? thrown.name : String(thrown);
      tell({ is: 'rejected', id, name, isMeant: isRefused });
    }
  };
  const writeOn = async () => {
    for (;;) await gate.through(writeOne);
  };
  for (let writer = 0; writer < WRITERS[plan.load]; writer++) void writeOn();
}

function accepted(work: Work, id: number, durability: Durability, count: number): Promise<number> {
  const { db, plan, random } = work;
  const chance = random();
  const isMixed = plan.load === 'mixed';
  if (count % 25 === 0) return db.write((tx) => prune(tx, write(db, id)), { durability });
  if (plan.load === 'transactions' || (isMixed && chance < 0.2))
    return inTransaction(work, write(db, id, lengths(random, 4, 3000)), durability);
  if (chance > 0.85) return db.write((tx) => overwrite(tx, write(db, id), random()), { durability });
  const sizes = plan.load === 'large' || (isMixed && chance > 0.75) ? lengths(random, 4, 80_000) : lengths(random, 2, 600);
  return db.write((tx) => append(tx, write(db, id, sizes)), { durability });
}

/** Awaits between its parts; one nested transaction is kept and one is taken back. */
function inTransaction({ db, random }: Work, write: Write, durability: Durability): Promise<number> {
  const pause = random() < 0.3 ? between(random, 0, 8) : undefined;
  return db.transaction(
    async (tx) => {
      const n = note(tx, write);
      await (pause === undefined ? undefined : new Promise((resolve) => setTimeout(resolve, pause)));
      for (const part of write.lengths.keys()) {
        await tx.transaction(async (inner) => putPart(inner, n, part, write));
        const takenBack = tx.transaction(async (inner) => {
          inner.run('UPDATE parts SET written_by = 0 WHERE n = ?', [n]);
          throw new TakenBack();
        });
        await takenBack.catch((thrown: unknown) => {
          if (!(thrown instanceof TakenBack)) throw thrown;
        });
      }
      return n;
    },
    { durability },
  );
}

/** A write that fails after it has changed something: nothing of it may be found. */
function refused({ db, random }: Work, id: number, durability: Durability): Promise<number> {
  const way = between(random, 0, 2);
  const rows = write(db, id, lengths(random, 3, 600));
  const fail = (): never => {
    throw new TakenBack();
  };
  if (way === 0) {
    return db.transaction(
      async (tx) => {
        await undefined;
        append(tx, rows);
        return fail();
      },
      { durability },
    );
  }
  return db.write(
    (tx) => {
      append(tx, rows);
      // The second of one id violates a constraint.
      return way === 1 ? append(tx, rows) : fail();
    },
    { durability },
  );
}

function write({ schemaVersion }: Database, id: number, lengths: readonly number[] = []): Write {
  return { id, shape: schemaVersion, lengths };
}

function lengths(random: Random, most: number, longest: number): number[] {
  return Array.from({ length: between(random, 1, most) }, () => between(random, 0, longest));
}
