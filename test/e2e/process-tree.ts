import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const DEATH_MS = 10_000;

/** The pid of the browser that uses a profile folder; undefined when none does. Linux only: it reads /proc. */
export async function browserOf(profileFolder: string): Promise<number | undefined> {
  for (const pid of await pids()) {
    const args = (await read(pid, 'cmdline')).split('\0');
    if (args.includes(`--user-data-dir=${profileFolder}`) && !args.some((arg) => arg.startsWith('--type='))) return pid;
  }
  return undefined;
}

/** Ends a process and all of its descendants with SIGKILL, and waits until they are gone. */
export async function killTree(root: number): Promise<void> {
  const parentByPid = new Map<number, number>();
  // The name, field 2, may hold spaces and brackets; the parent is the second field after it.
  for (const pid of await pids()) parentByPid.set(pid, Number((await read(pid, 'stat')).split(') ').at(-1)?.split(' ')[1]));
  const tree = new Set([root]);
  // Pids may wrap, so a parent is not always the smaller one: look until nothing is new.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const [pid, parent] of parentByPid) if (tree.has(parent)) tree.add(pid);
  }
  for (const pid of tree) signal(pid);
  const deadline = Date.now() + DEATH_MS;
  while ((await Promise.all([...tree].map(isAlive))).includes(true)) {
    if (Date.now() > deadline) throw new Error(`Processes ${[...tree].join(', ')} do not end`);
    await sleep(10);
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function isAlive(pid: number): Promise<boolean> {
  const state = (await read(pid, 'stat')).split(') ').at(-1)?.[0];
  return state !== undefined && state !== 'Z';
}

async function pids(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** A file of a process; empty when the process is gone. */
async function read(pid: number, file: 'cmdline' | 'stat'): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}
