import { type Database, openDatabase } from '../../src/index.js';
import type { Found, Plan } from '../protocol.js';
import { seededRandom } from '../random.js';
import { chainOf } from './chain.js';
import { openChannel, type Tell } from './channel.js';
import { type Before, letHappen } from './event.js';
import { Gate } from './gate.js';
import { look } from './look.js';
import { storedCheckpoint } from './stored-meta.js';
import { startWriting, type Work } from './writer.js';

const NAME = 'torture';
const SETTLE_MS = 20_000;

// The harness wrote it.
const plan = JSON.parse(decodeURIComponent(location.hash.slice(1))) as Plan;
const tell = await openChannel(plan);
addEventListener('error', ({ message }) => tell({ is: 'fault', kind: 'uncaught', what: message }));
addEventListener('unhandledrejection', ({ reason }) => tell({ is: 'fault', kind: 'uncaught', what: String(reason) }));
tell({ is: 'opening' });
if (plan.tab === 0) for (let tab = 1; tab < plan.tabs; tab++) openTab({ ...plan, tab, seed: plan.seed + tab });
try {
  await run();
} catch (thrown) {
  tell({ is: 'refused', name: thrown instanceof Error ? thrown.name : '', message: withCauses(thrown) });
}

/** A tab that has nothing to do with this one. */
function openTab(other: Plan): void {
  open(`${location.pathname}#${encodeURIComponent(JSON.stringify(other))}`, '_blank', 'noopener');
}

async function run(): Promise<void> {
  const db = await openDatabase({ name: NAME, migrations: chainOf(plan.versions), upgrade: plan.upgrade });
  db.onStatusChange(({ state, error }) => {
    if (state === 'failing' || state === 'closed') tell({ is: 'fault', kind: 'status', what: `${state}: ${withCauses(error)}` });
  });
  const found = await tellFound(db, tell);
  if (plan.load === 'none') return;
  const before: Before = { n: found.n, hasBackup: plan.upgrade === 'manual' && found.version > 0 && found.version < plan.versions };
  if (plan.upgrade === 'manual') {
    await db.migrate();
    await tellFound(db, tell);
  }
  const work: Work = { db, plan, random: seededRandom(plan.seed), gate: new Gate(), tell };
  tell({ is: 'writing' });
  startWriting(work);
  if (plan.event !== 'none') void letHappen(work, before);
  if (plan.calmAfter !== undefined) setTimeout(() => void settle(work), plan.calmAfter);
}

async function tellFound(db: Database, tell: Tell): Promise<Found> {
  const found: Found = { ...look(db), restoredSeq: restoredSeq(db), checkpointSeq: await storedCheckpoint(NAME) };
  tell({ is: 'found', ...found });
  return found;
}

/** What a mirror brought back, where the library has one. */
function restoredSeq({ status }: Database): number | undefined {
  const restored: unknown = Reflect.get(status, 'restored');
  return typeof restored === 'object' && restored !== null && 'seq' in restored ? Number(restored.seq) : undefined;
}

/** Begins no more writes, and says how many never end. */
async function settle({ gate, tell }: Work): Promise<void> {
  const late = new Promise((resolve) => {
    setTimeout(resolve, SETTLE_MS);
  });
  await Promise.race([gate.close(), late]);
  tell({ is: 'settled', unsettled: gate.inside });
}

function withCauses(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? ` <- ${withCauses(thrown.cause)}` : '';
  return `${thrown}${cause}`;
}
