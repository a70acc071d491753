import { cp, rm, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Expectation, Problem } from './expectation.js';
import type { Figures } from './figures.js';
import { type LogFile, newestLog } from './log-file.js';
import { lookPlan } from './plan.js';
import type { Found } from './protocol.js';
import { between } from './random.js';
import type { Run } from './run.js';
import { runSession } from './session.js';

/** Not needed, and large; or the sign of a browser that is running. */
const LEFT_OUT = /^(Singleton.*|lock|\.parentlock|.*Cache|cache2|component_crx_cache|BrowserMetrics.*)$/;
/** Most power cuts take what was written last. */
const TAIL_BYTES = 128 * 1024;

/** A strict write that was acknowledged when the log had this length. */
export interface StrictMark {
  readonly n: number;
  readonly log: LogFile;
}

export interface CutOptions {
  readonly run: Run;
  readonly profile: string;
  readonly versions: number;
  readonly expectation: Expectation;
  readonly strict: readonly StrictMark[];
}

/**
 * Emulates a power cut: on a copy of a killed browser's profile, the end of the log is cut off.
 *
 * A real power cut loses what the system had not written down, which is at most what came after the last sync. This one cuts
 * anywhere, so it also takes bytes that were synced: all that can be asked is that a prefix of the writes is found, whole, or
 * that the loss is reported. Where the cut is no earlier than the log's end was when a strict write was acknowledged, that
 * write was in the file before the cut and has to be there. That shows that nothing is acknowledged before it is written, and not that
 * it was synced: bytes that only the system had are in the file too. In a log that is written over from its beginning (SQLite's, after a
 * checkpoint) the length says little, and few cuts ask anything of strict writes. Neither reordered writes nor torn sectors
 * nor files whose length was not synced are emulated.
 */
export async function cutPower(options: CutOptions): Promise<Problem[]> {
  const { run, profile, strict } = options;
  const log = newestLog(run.kind, profile, run.server.port);
  if (!log || log.size === 0) return [];
  const isNearEnd = run.random() < 0.5;
  const length = between(run.random, isNearEnd ? Math.max(0, log.size - TAIL_BYTES) : 0, log.size);
  const synced = strict.filter((mark) => mark.log.path !== log.path || mark.log.size <= length).map(({ n }) => n);
  const copy = `${profile}-cut`;
  await cp(profile, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !LEFT_OUT.test(basename(path)) });
  await truncate(join(copy, log.path), length);
  const problems = await judgeCopy({ ...options, profile: copy }, Math.max(0, ...synced));
  if (problems.length === 0) {
    await rm(copy, { recursive: true, force: true, maxRetries: 5 });
    await rm(`${copy}.log`, { force: true });
  }
  return problems.map(({ kind, what }) => ({ kind, what: `${what} (${log.path} cut at ${length} of ${log.size})` }));
}

async function judgeCopy({ run, profile, versions, expectation }: CutOptions, strict: number): Promise<Problem[]> {
  const { kind, server, figures, isStopping } = run;
  let found: Found | undefined;
  let refusal: string | undefined;
  const ending = await runSession({
    kind,
    profile,
    server,
    isStopping,
    plan: lookPlan(run.nextSession(), versions),
    end: undefined,
    onReport: (report) => {
      if (report.is === 'found') found = report;
      if (report.is === 'refused') refusal = `${report.name}: ${report.message}`;
    },
  });
  if (ending === 'stopped') return [];
  figures.count('power cuts');
  if (ending === 'silent' || ending === 'ended') return [{ kind: 'unsettled', what: 'opening after a cut' }];
  if (!found) return judgeRefusal(figures, refusal ?? '', strict);
  count(figures, found, expectation.last);
  return expectation.judgeCut(found, strict);
}

/** Damage that is named is no silent damage. What was synced has to be there all the same. */
function judgeRefusal(figures: Figures, refusal: string, strict: number): Problem[] {
  figures.count('cuts told by an error');
  return strict > 0 ? [{ kind: 'strict lost', what: `writes up to ${strict} were strict and synced: ${refusal}` }] : [];
}

function count(figures: Figures, { n, version }: Found, last: number): void {
  if (n >= last) figures.count('cuts that lost nothing');
  else if (version === 0) figures.count('cuts back to nothing, not told');
  else figures.count('cuts back to an earlier write');
}
