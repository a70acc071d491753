import type { Database } from '../../src/database/database.js';
import { type DrizzleDatabase, drizzle } from '../../src/drizzle/drizzle.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Environment } from '../../src/store/environment.js';
import { vibesurfMigrations } from '../../src/vibesurf/chain.js';
import type { ScheduleRow } from '../../src/vibesurf/models/schedule.js';
import { createSchedule, getSchedule, type ScheduleInput } from '../../src/vibesurf/queries/schedules.js';
import { Scheduler, type SchedulerOptions } from '../../src/vibesurf/scheduler.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { fakeChannels, ManualClock } from '../store/fakes.js';

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const zone = 'Europe/Berlin';
export const flow: { readonly flowId: string } = { flowId: 'flow' };

export interface SchedulingTab {
  readonly database: Database;
  readonly db: DrizzleDatabase;
  readonly scheduler: Scheduler;
  /** What wakes it up. */
  readonly wakeUp: EventTarget;
  /** Creates a schedule, of `flow` unless it says otherwise. */
  readonly create: (input: Partial<ScheduleInput>) => Promise<ScheduleRow>;
  /** The schedule of `flow`, as this tab sees it. */
  readonly schedule: () => ScheduleRow | undefined;
}

/** A browser of several tabs, whose clock stands still until it is advanced. */
export class Browser {
  readonly clock = new ManualClock();
  readonly storage: Storage;
  readonly #openChannel: Environment['openChannel'];
  /** When each run began, by the clock, and in which tab. */
  readonly runs: { at: string; tab: number; flow: string }[] = [];
  readonly errors: { error: unknown; flow: string | undefined }[] = [];
  #tabs = 0;

  constructor(storage: Storage = memoryStorage(), openChannel: Environment['openChannel'] = fakeChannels()) {
    this.storage = storage;
    this.#openChannel = openChannel;
  }

  get now(): Date {
    return new Date(this.clock.now());
  }

  /** Nothing is to be open that has timers for all the time until then. */
  async goTo(moment: string): Promise<void> {
    await this.clock.advance(new Date(moment).getTime() - this.clock.now());
  }

  async openTab(options: Partial<SchedulerOptions> = {}): Promise<SchedulingTab> {
    const database = await openTestDatabase(this.storage, {
      migrations: vibesurfMigrations,
      environment: { openChannel: this.#openChannel },
    });
    const db = drizzle(database);
    const tab = ++this.#tabs;
    const wakeUp = new EventTarget();
    const scheduler = new Scheduler(db, {
      clock: this.clock,
      zone,
      wakeUps: [wakeUp],
      onError: (error, schedule) => void this.errors.push({ error, flow: schedule?.flowId }),
      ...options,
      run: async (schedule) => {
        this.runs.push({ at: this.now.toISOString(), tab, flow: schedule.flowId });
        await options.run?.(schedule);
      },
    });
    const create = (input: Partial<ScheduleInput>) => db.write((tx) => createSchedule(tx, { ...flow, ...input }, { now: this.now, zone }));
    return { database, db, scheduler, wakeUp, create, schedule: () => getSchedule(db, flow) };
  }

  get runTimes(): string[] {
    return this.runs.map(({ at }) => at);
  }
}

/** A browser at a moment, with one tab and a schedule. */
export async function browserAt(
  moment: string,
  cronExpression: string,
  options: Partial<SchedulerOptions> = {},
): Promise<{ browser: Browser; tab: SchedulingTab }> {
  const browser = new Browser();
  await browser.goTo(moment);
  const tab = await browser.openTab(options);
  await tab.create({ cronExpression });
  return { browser, tab };
}
