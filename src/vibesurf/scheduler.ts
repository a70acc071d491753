import type { DrizzleDatabase } from '../drizzle/drizzle.js';
import { InvalidCronError } from '../errors/cron-error.js';
import { ClosedError, UsageError } from '../errors/database-error.js';
import { type Clock, pageTargets, platformClock } from '../store/environment.js';
import { callSafely } from '../store/subscriptions.js';
import { onWakeUp } from '../store/wake-up.js';
import { checkCron, nextExecution } from './cron.js';
import type { ScheduleRow } from './models/schedule.js';
import { timeOf } from './queries/moment.js';
import { claimSchedule, nextDueAt, type Plannable, plannableSchedules } from './schedule-claim.js';

export interface SchedulerOptions {
  /** What a schedule is for. It is given the row as its execution has left it: counted, and with the next execution set. */
  readonly run: (schedule: ScheduleRow) => void | PromiseLike<void>;
  /**
   * What becomes of a schedule that was due while nothing was open: it is executed once, however often it was due (`catch-up`, the
   * default), or passed over (`skip`).
   */
  readonly missed?: 'catch-up' | 'skip';
  /**
   * From how many milliseconds on a late one counts as missed; 60,000 by default. Browsers let the timers of a hidden page wait for up to
   * a minute: with `skip`, give more where hidden pages are to execute.
   */
  readonly lateAfterMs?: number;
  /** The time zone in which expressions are meant; the user's own by default. */
  readonly zone?: string;
  /** The platform's own by default. */
  readonly clock?: Clock;
  /** What fires when the page comes back to life; document and window by default. */
  readonly wakeUps?: readonly EventTarget[];
  /**
   * Told of what `run` throws, of an expression that is none (once, then the schedule is left alone until it has another), and of what
   * the database refuses (tried again after a minute). Reported as uncaught by default.
   */
  readonly onError?: (error: unknown, schedule?: ScheduleRow) => void;
}

const LATE_AFTER_MS = 60_000;

/** Timers hold 31 bits of milliseconds, and do not run while a computer sleeps. */
const LONGEST_WAIT_MS = 3_600_000;

const RETRY_MS = 60_000;

/**
 * Executes schedules when they are due, while a page or a service worker has the database open: each execution in one of all the
 * tabs that run a Scheduler, and in no other.
 *
 * That it was executed is stored before `run` is called. So an execution happens once at most: what breaks off, with its tab or by an
 * error, is not repeated. One Scheduler does not execute a schedule while it still runs; it is late then, and counts as missed or not
 * like any other. Another one, in this tab or in another, does not know that it still runs.
 */
export class Scheduler {
  readonly #db: DrizzleDatabase;
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  readonly #running = new Set<string>();
  readonly #refusedExpressionByFlow = new Map<string, string>();
  #stopListening: (() => void) | undefined;
  #timer: unknown;
  #isLooking = false;
  /** Whether something changed while it looked. */
  #isStale = false;

  /**
   * @throws {InvalidCronError} `CRON_ZONE` for a time zone that is unknown here.
   * @throws {UsageError} when `lateAfterMs` is no time.
   */
  constructor(db: DrizzleDatabase, options: SchedulerOptions) {
    checkCron('* * * * *', options.zone);
    const { lateAfterMs = LATE_AFTER_MS } = options;
    if (!(lateAfterMs >= 0)) throw new UsageError('lateAfterMs is to be a number of milliseconds, 0 or more.');
    this.#db = db;
    this.#options = options;
    this.#clock = options.clock ?? platformClock;
  }

  /** Looks for what is due, now and from now on. Started already, it does nothing. */
  start(): void {
    if (this.#stopListening) return;
    const look = () => this.#look();
    const unsubscribe = this.#db.$client.subscribe(['schedules'], look);
    const endWakeUps = onWakeUp(this.#options.wakeUps ?? pageTargets(), look);
    this.#stopListening = () => {
      unsubscribe();
      endWakeUps();
    };
    look();
  }

  /** Takes nothing more. What was taken already is executed to its end. */
  stop(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#clock.clearTimeout(this.#timer);
  }

  #look(): void {
    this.#isStale = true;
    if (!this.#isLooking) void this.#lookAndWait();
  }

  async #lookAndWait(): Promise<void> {
    this.#isLooking = true;
    this.#clock.clearTimeout(this.#timer);
    let wait = RETRY_MS;
    while (this.#isStale && this.#stopListening) {
      this.#isStale = false;
      wait = await this.#takeDue();
    }
    this.#isLooking = false;
    if (this.#stopListening) this.#timer = this.#clock.setTimeout(() => this.#look(), wait);
  }

  /** @returns for how many milliseconds to wait. */
  async #takeDue(): Promise<number> {
    const now = new Date(this.#clock.now());
    try {
      const found = plannableSchedules(this.#db).filter((schedule) => this.#isFree(schedule));
      found.sort((a, b) => (timeOf(a.nextExecutionAt) ?? 0) - (timeOf(b.nextExecutionAt) ?? 0));
      const results = await Promise.all(found.map((schedule) => this.#take(schedule, now)));
      const longest = results.every((isDone) => isDone) ? LONGEST_WAIT_MS : RETRY_MS;
      const next = nextDueAt(this.#db, now)?.getTime() ?? Number.POSITIVE_INFINITY;
      return Math.max(0, Math.min(longest, next - this.#clock.now()));
    } catch (thrown) {
      // Nothing is wrong with a database that was closed: there is nothing more to do.
      if (thrown instanceof ClosedError) this.stop();
      else this.#report(thrown);
      return RETRY_MS;
    }
  }

  #isFree({ flowId, cronExpression }: Plannable): boolean {
    return !this.#running.has(flowId) && this.#refusedExpressionByFlow.get(flowId) !== cronExpression;
  }

  /** @returns whether there is no need to try again. */
  async #take(schedule: Plannable, now: Date): Promise<boolean> {
    try {
      const next = nextExecution(schedule.cronExpression, now, this.#options.zone);
      const time = timeOf(schedule.nextExecutionAt);
      const isDue = time !== undefined && time <= now.getTime();
      // An import left it open, or the clock or its zone was another when it was planned.
      const isMisplanned = time === undefined ? next !== null : next === null || time > next.getTime();
      if (!isDue && !isMisplanned) return true;
      const isExecuted = isDue && this.#isInTime(time, now);
      const taken = await this.#db.write((tx) => claimSchedule(tx, schedule, { now, next, isExecuted }));
      if (taken && isExecuted) void this.#execute(taken);
      return true;
    } catch (thrown) {
      const isRefused = thrown instanceof InvalidCronError;
      if (isRefused) this.#refusedExpressionByFlow.set(schedule.flowId, schedule.cronExpression);
      this.#report(thrown, schedule);
      return isRefused;
    }
  }

  #isInTime(dueAt: number, now: Date): boolean {
    const { missed = 'catch-up', lateAfterMs = LATE_AFTER_MS } = this.#options;
    return missed === 'catch-up' || now.getTime() - dueAt <= lateAfterMs;
  }

  async #execute(schedule: ScheduleRow): Promise<void> {
    this.#running.add(schedule.flowId);
    try {
      await this.#options.run(schedule);
    } catch (thrown) {
      this.#report(thrown, schedule);
    }
    this.#running.delete(schedule.flowId);
    // It may have become due again meanwhile.
    this.#look();
  }

  #report(error: unknown, schedule?: ScheduleRow): void {
    const { onError } = this.#options;
    callSafely(() => {
      if (!onError) throw error;
      onError(error, schedule);
    });
  }
}
