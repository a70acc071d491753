import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Expectation, type Problem } from './expectation.js';
import { newestLog, tearLog } from './log-file.js';
import { drawRound, longRound, lookPlan, type Round } from './plan.js';
import { cutPower, type StrictMark } from './power-cut.js';
import type { Found, Report } from './protocol.js';
import { oneOf } from './random.js';
import type { Run } from './run.js';
import { type Ending, runSession } from './session.js';

const MOST_PROBLEMS = 8;

/** A profile from its first start to its last: browser after browser is killed on it. */
export class Life {
  readonly #run: Run;
  readonly #expectation = new Expectation();
  readonly #profile: string;
  readonly #problems: Problem[] = [];
  #session = 0;
  #starts = 0;
  /** Files of the chain. */
  #versions = 1;
  #round: Round | undefined;
  #before: Found | undefined;
  #isTorn = false;
  /** Of this round: */
  #acknowledged = 0;
  #strict: StrictMark[] = [];
  #loss: 'told' | 'not told' | undefined;

  constructor(run: Run, name: string) {
    this.#run = run;
    this.#profile = join(run.folder, name);
    run.figures.count('profiles');
  }

  /** Starts a browser and ends it. @returns whether the profile can be gone on with. */
  async round(): Promise<boolean> {
    const { kind, server, random, cuts, isStopping } = this.#run;
    this.#begin();
    const options = { random, session: this.#session, versions: this.#versions, isLight: this.#isTorn, cuts };
    const round = this.#starts === 1 && random() < 0.5 ? longRound(options) : drawRound(options);
    const wasTorn = this.#isTorn;
    this.#isTorn = false;
    this.#round = round;
    const onReport = (report: Report) => this.#hear(report, round.cuts);
    const ending = await runSession({ kind, server, isStopping, profile: this.#profile, plan: round.plan, end: round.end, onReport });
    if (ending === 'stopped') return false;
    this.#count(round, ending);
    if (this.#loss || this.#problems.length > 0) return false;
    // With a torn record in the log, a copy loses everything for that alone.
    for (let cut = 0; cut < round.cuts && !wasTorn; cut++) await this.#cut();
    if (kind === 'chromium' && random() < this.#run.tear) await this.#tear();
    return this.#problems.length === 0;
  }

  /** Starts a browser only to look what is there after the last kill. */
  async look(): Promise<void> {
    const { kind, server, isStopping } = this.#run;
    this.#begin();
    const plan = lookPlan(this.#session, this.#versions);
    const onReport = (report: Report) => this.#hear(report, 0);
    const ending = await runSession({ kind, server, isStopping, profile: this.#profile, plan, end: undefined, onReport });
    if (ending !== 'stopped') this.#conclude('found', ending);
  }

  /** Removes the profile; one that shows a problem is kept as it was found. */
  async end(): Promise<void> {
    if (this.#problems.length === 0) {
      await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
      await rm(`${this.#profile}.log`, { force: true });
      return;
    }
    const kept = `${this.#profile}-kept`;
    await rename(this.#profile, kept);
    await writeFile(join(kept, 'problems.json'), JSON.stringify({ round: this.#round, problems: this.#problems }, undefined, 2));
    for (const problem of this.#problems) this.#run.figures.find({ ...problem, session: this.#session, profile: kept });
  }

  #begin(): void {
    this.#session = this.#run.nextSession();
    this.#starts++;
    if (this.#starts > 1) this.#versions += oneOf(this.#run.random, [0, 0, 1]);
    this.#expectation.begin(this.#versions);
    this.#acknowledged = 0;
    this.#strict = [];
  }

  #hear(report: Report, cuts: number): void {
    const { figures } = this.#run;
    this.#note(this.#expectation.hear(report));
    if (report.is === 'kept') this.#keep(report, cuts > 0);
    else if (report.is === 'found') this.#judge(report);
    else if (report.is === 'refused') this.#refuse(report);
    else if (report.is === 'rejected') figures.addRejection(report.isMeant ? 'as meant' : report.name);
    else if (report.is === 'vacuumed') figures.count('vacuums');
    else if (report.is === 'rewound') figures.count('imports and restores');
    else if (report.is === 'settled' && report.unsettled > 0)
      this.#problems.push({ kind: 'unsettled', what: `${report.unsettled} writes did not settle` });
  }

  #keep({ n, isStrict }: Extract<Report, { is: 'kept' }>, isMarked: boolean): void {
    const { figures, kind, server } = this.#run;
    this.#acknowledged++;
    figures.count('acknowledged writes');
    if (!isStrict) return;
    figures.count('of these strict');
    const log = isMarked ? newestLog(kind, this.#profile, server.port) : undefined;
    if (log) this.#strict.push({ n, log });
  }

  #judge(found: Found): void {
    const { figures } = this.#run;
    const { problems, isWiped, notMirrored, unacknowledged } = this.#expectation.judge(found, this.#session);
    this.#note(problems);
    if (isWiped) this.#loss = 'not told';
    if (found.restoredSeq !== undefined) figures.count('restored from a mirror');
    figures.count('acknowledged writes after the mirror', notMirrored);
    figures.count('found without acknowledgement', unacknowledged);
    if (this.#before && found.version > this.#before.version) figures.count('migrations');
    if (this.#before && found.checkpointSeq > this.#before.checkpointSeq) figures.count('folds of the log');
    this.#before = found;
  }

  #refuse({ name, message }: Extract<Report, { is: 'refused' }>): void {
    if (name === 'DataLossError') this.#loss = 'told';
    else this.#problems.push({ kind: 'refused', what: `${name}: ${message}` });
  }

  /** One that is broken may show in each write: the first of them tell it. */
  #note(problems: readonly Problem[]): void {
    this.#problems.push(...problems.slice(0, MOST_PROBLEMS - this.#problems.length));
  }

  #conclude(awaited: string, ending: Ending): void {
    const { figures } = this.#run;
    if (ending === 'silent') this.#problems.push({ kind: 'unsettled', what: `the page did not get to "${awaited}"` });
    if (ending === 'ended') this.#problems.push({ kind: 'browser', what: `it ended by itself before "${awaited}"` });
    if (!this.#loss) return;
    figures.count('wiped');
    figures.count(this.#loss === 'told' ? 'wiped, DataLossError' : 'wiped, not told');
  }

  #count({ plan, end }: Round, ending: Ending): void {
    const { figures } = this.#run;
    this.#conclude(end.after, ending);
    figures.count('kills');
    if (end.after === 'opening') figures.count('kills while opening');
    if (end.after === 'settled') figures.count('kills after all had settled');
    if (plan.tabs > 1) figures.count('kills of two tabs');
    if (end.after === 'writing' && ending === 'planned') figures.addRound(this.#acknowledged);
  }

  async #cut(): Promise<void> {
    const problems = await cutPower({
      run: this.#run,
      profile: this.#profile,
      versions: this.#versions,
      expectation: this.#expectation,
      strict: this.#strict,
    });
    this.#note(problems);
  }

  async #tear(): Promise<void> {
    this.#isTorn = await tearLog(this.#profile, this.#run.server.port);
    if (this.#isTorn) this.#run.figures.count('torn records put in');
  }
}
