import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const DISK = '160m';

it('a full disk fails writes in time, leaves what can be read, and takes writes again once there is space', async ({ skip }) => {
  const disk = await smallDisk();
  if (!disk) return skip('a small disk can only be mounted by root, on Linux');
  const tab = await Tab.open(await (await newProfile({ within: disk })).launch());
  await tab.run(async () => {
    // Ten times faster, the watchdog's ten seconds are one.
    const clock = {
      now: () => Date.now(),
      setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms / 10),
      clearTimeout: (timer: unknown) => clearTimeout(timer as number),
    };
    window.db = await window.tablite.openDatabase({ name: 'disk', migrations: window.chains.counters, environment: { clock } });
    await window.db.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)');
    await window.db.run('INSERT INTO notes (body) VALUES (randomblob(100000))', [], { durability: 'strict' });
  }, undefined);

  const filler = join(disk, 'filler');
  await fill(filler);
  const { kept, failures } = await tab.run(writeUntilFull, undefined);
  const typed = ['StorageFullError', 'StorageError', 'StorageTimeoutError', 'UnknownOutcomeError'];
  expect(failures.filter((name) => !typed.includes(name))).toEqual([]);
  expect(failures).not.toEqual([]);
  console.log(`a full disk: ${kept} writes more, then ${failures.join(', ')}`);
  expect(await tab.values('PRAGMA integrity_check')).toEqual([['ok']]);

  await rm(filler);
  // Chromium may take a moment to open again what it has closed.
  await expect
    .poll(() => tab.run(() => window.failureOf(() => window.db.run('UPDATE counters SET value = 7')), undefined), { timeout: 15_000 })
    .toBe(undefined);
  const here = await tab.values('SELECT id, length(body) FROM notes');
  const other = await Tab.open(tab.page.context());
  await other.openDatabase('disk', 'counters');
  expect(await other.values('SELECT id, length(body) FROM notes')).toEqual(here);
  expect(await other.values('SELECT value FROM counters')).toEqual([[7]]);
});

/** Writes until three in a row have failed. @returns how many were kept, and what the others failed with. */
async function writeUntilFull(): Promise<{ kept: number; failures: string[] }> {
  const failures: string[] = [];
  let kept = 0;
  while (failures.length < 3 && kept < 200) {
    const failure = await window.failureOf(() => window.db.run('INSERT INTO notes (body) VALUES (randomblob(200000))'));
    if (failure) failures.push(failure.name);
    else kept++;
  }
  return { kept, failures };
}

/** A disk of its own, which goes when the test ends; undefined where none can be had. */
async function smallDisk(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tablite-disk-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tablite-test', folder]).status === 0;
  if (!isMounted) return undefined;
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]));
  return folder;
}

/** Takes all the space that is left. */
async function fill(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(join(path, '..'));
  const file = await open(path, 'w');
  try {
    for (const size of [2 ** 20, 2 ** 12]) {
      const zeros = Buffer.alloc(size);
      try {
        for (let written = 0; written <= bavail * bsize; written += size) await file.write(zeros);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
      }
    }
  } finally {
    await file.close();
  }
}
