import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled } from './browser.js';
import { Figures } from './figures.js';
import { Life } from './life.js';
import type { Options } from './options.js';
import { startPageServer } from './page-server.js';
import { between, oneOf, seededRandom } from './random.js';
import type { Run } from './run.js';

/** Kills browsers as the options say. `isStopping` ends it early; `say` hears of the progress. */
export async function torture(options: Options, isStopping: () => boolean, say: (line: string) => void): Promise<Figures> {
  if (!isInstalled(options.kind)) throw new Error(`There is no ${options.kind} here: set CHROME_PATH or FIREFOX_PATH.`);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tablite-torture-')));
  await mkdir(folder, { recursive: true });
  const figures = new Figures();
  const server = await startPageServer(options.port);
  const deadline = Date.now() + options.minutes * 60_000;
  let session = 0;
  const run: Run = {
    ...options,
    server,
    figures,
    folder,
    random: seededRandom(options.seed),
    nextSession: () => ++session,
    isStopping,
  };
  const isOver = () =>
    isStopping() || figures.of('kills') >= options.kills || Date.now() > deadline || (options.isStrict && figures.findings.length > 0);
  say(`${options.kind}, seed ${options.seed}, port ${server.port}, profiles in ${folder}`);
  try {
    for (let lives = 1; !isOver(); lives++) {
      await live(run, `${options.kind}-${lives}`, { isOver, most: options.starts });
      for (const { kind, what, profile } of figures.findings.slice(-3)) say(`${kind}: ${what} (${profile})`);
      say(
        `${figures.of('kills')} kills, ${figures.of('acknowledged writes')} writes, ${figures.findings.length} problems, ${figures.of('wiped')} wiped, ${figures.seconds} s`,
      );
      if (options.out)
        await writeFile(
          options.out,
          JSON.stringify({ browser: options.kind, seed: options.seed, port: server.port, ...figures.toJSON() }, undefined, 2),
        );
    }
  } finally {
    await server.close();
    if ((await readdir(folder)).length === 0) await rm(folder, { recursive: true });
  }
  return figures;
}

/** Some profiles live long, others see two or three crashes: both the first ones and many of them matter. */
async function live(run: Run, name: string, { isOver, most }: { isOver: () => boolean; most: number }): Promise<void> {
  const life = new Life(run, name);
  const starts = Math.min(most, between(run.random, 2, oneOf(run.random, [4, 12, 60])));
  try {
    let goesOn = true;
    for (let start = 0; goesOn && start < starts && !isOver(); start++) goesOn = await life.round();
    if (goesOn) await life.look();
  } finally {
    await life.end();
  }
}
