import { between } from '../random.js';
import type { Work } from './writer.js';

/** What the page knows of the state before its own migration: a backup of it was kept. */
export interface Before {
  readonly n: number;
  readonly hasBackup: boolean;
}

/** Lets the plan's event happen, a while after the writing began. */
export async function letHappen(work: Work, before: Before): Promise<void> {
  const { db, plan, random, tell } = work;
  await pause(between(random, 0, 500));
  if (plan.event === 'vacuum') {
    await db.vacuum();
    tell({ is: 'vacuumed' });
  } else if (plan.event === 'import') {
    await importEarlier(work);
  } else if (plan.event === 'restore' && before.hasBackup) {
    await rewind(work, before.n, async () => {
      const [newest] = await db.backups();
      if (newest) await db.restore(newest.id);
      await db.migrate();
    });
  }
}

async function importEarlier(work: Work): Promise<void> {
  const { db, gate, random } = work;
  await gate.close();
  const n = db.get<{ n: number }>('SELECT n FROM counter')?.n ?? 0;
  const bytes = await db.export();
  gate.open();
  await pause(between(random, 50, 300));
  await rewind(work, n, () => db.import(bytes));
}

/** Brings the database back to write `to`, while nothing else is on its way. */
async function rewind({ gate, tell }: Work, to: number, bringBack: () => Promise<void>): Promise<void> {
  await gate.close();
  tell({ is: 'rewinding', to });
  await bringBack();
  tell({ is: 'rewound' });
  gate.open();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
