import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const WRITING_MS = 700;

/** How the page writes: one after the other, or several on their way at once. */
const ROUNDS = [
  { durability: 'relaxed', atOnce: 1 },
  { durability: 'relaxed', atOnce: 16 },
  { durability: 'strict', atOnce: 4 },
] as const;

// Each round has a profile of its own: two unclean ends in a row with little written in between can make Chromium throw away
// the whole IndexedDB of an origin, which is not what is looked at here.
describe.runIf(process.platform === 'linux')('a browser that is killed while it writes', () => {
  it.each(ROUNDS)('keeps every write it acknowledged ($durability, $atOnce at once)', async ({ durability, atOnce }) => {
    const profile = await newProfile();
    const context = await profile.launch();
    const acknowledged = new Set<number>();
    await context.exposeFunction('acknowledge', (id: number) => {
      acknowledged.add(id);
    });
    const tab = await Tab.open(context);
    await tab.openDatabase('crash', 'counters');
    await tab.run(startWriting, { durability, atOnce });
    await sleep(WRITING_MS);
    await profile.kill();
    expect(acknowledged.size).toBeGreaterThan(20);

    const after = await Tab.open(await profile.launch());
    await after.openDatabase('crash', 'counters');
    const rows = await after.values('SELECT id, value FROM counters WHERE id > 1');
    const kept = new Set(rows.map(([id]) => id));
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
    // Whatever else is there was begun, and is whole.
    expect(rows.filter(([id, value]) => value !== Number(id) * 2)).toEqual([]);
    expect(await after.values('PRAGMA integrity_check')).toEqual([['ok']]);
    console.log(`killed after ${acknowledged.size} acknowledged writes (${durability}, ${atOnce} at once); ${kept.size} are there`);
  });
});

function startWriting({ durability, atOnce }: { durability: 'relaxed' | 'strict'; atOnce: number }): void {
  const acknowledge = Reflect.get(window, 'acknowledge') as (id: number) => Promise<void>;
  let next = 2;
  const writeOn = async () => {
    for (;;) {
      const id = next++;
      await window.db.run('INSERT INTO counters VALUES (?, ?)', [id, id * 2], { durability });
      // Waited for, so that what the page knows and what the test knows are never far apart.
      await acknowledge(id);
    }
  };
  for (let writer = 0; writer < atOnce; writer++) void writeOn();
}
