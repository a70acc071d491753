import type { Event, Load, Plan } from './protocol.js';
import { between, oneOf, type Random } from './random.js';

/** When a browser is killed: so long after the first of its tabs opens, all of them write, or all of them have settled. */
export interface End {
  readonly after: 'opening' | 'writing' | 'settled';
  readonly ms: number;
}

/** One start of a browser. */
export interface Round {
  readonly plan: Plan;
  readonly end: End;
  /** How often the end of the log is cut off, each time on a copy of the profile. */
  readonly cuts: number;
}

export interface RoundOptions {
  readonly random: Random;
  readonly session: number;
  readonly versions: number;
  /** Little is written, for a short time, as between two crashes in a row. */
  readonly isLight: boolean;
  /** How often a log is cut when it is. */
  readonly cuts: number;
}

/** A start that changes nothing. */
export function lookPlan(session: number, versions: number): Plan {
  return { session, tab: 0, tabs: 1, seed: 0, versions, upgrade: 'manual', load: 'none', durability: 'relaxed', event: 'none' };
}

/**
 * A first start that lasts. Browsers write localStorage down after some five seconds: on a profile that was always killed
 * before that, the library's witness is not on the disk, and cannot tell that everything has vanished.
 */
export function longRound({ random, session, versions }: RoundOptions): Round {
  const plan: Plan = {
    ...lookPlan(session, versions),
    seed: between(random, 0, 2 ** 31 - 1),
    upgrade: 'at-open',
    load: 'single',
    durability: 'mixed',
  };
  return { plan: { ...plan, calmAfter: 200 }, end: { after: 'settled', ms: 6000 }, cuts: 0 };
}

export function drawRound(options: RoundOptions): Round {
  const { random, session, versions, isLight, cuts } = options;
  const end = drawEnd(random, isLight);
  const tabs = random() < 0.25 ? 2 : 1;
  const event: Event =
    end.after !== 'writing' || isLight
      ? 'none'
      : oneOf(random, ['none', 'none', 'none', 'vacuum', ...(tabs === 1 ? (['import', 'restore'] as const) : [])]);
  const load: Load = isLight ? 'single' : oneOf(random, ['single', 'burst', 'burst', 'large', 'transactions', 'mixed', 'mixed']);
  const plan: Plan = {
    session,
    tab: 0,
    tabs,
    seed: between(random, 0, 2 ** 31 - 1),
    versions,
    // A restore goes back to before a migration that the page makes itself, and so knows.
    upgrade: event === 'restore' ? 'manual' : oneOf(random, ['at-open', 'manual']),
    load,
    durability: oneOf(random, ['relaxed', 'strict', 'mixed']),
    event,
    calmAfter: end.after === 'settled' ? between(random, 150, 500) : undefined,
  };
  const isCut = end.after === 'writing' && (event === 'none' || event === 'vacuum') && random() < 0.15;
  return { plan, end, cuts: isCut ? cuts : 0 };
}

function drawEnd(random: Random, isLight: boolean): End {
  const chance = random();
  if (isLight) return { after: 'writing', ms: between(random, 50, 250) };
  if (chance < 0.1) return { after: 'opening', ms: between(random, 0, 250) };
  // The log is folded when nobody has written for a quarter of a second.
  if (chance < 0.2) return { after: 'settled', ms: between(random, 0, 600) };
  return { after: 'writing', ms: chance < 0.35 ? between(random, 20, 300) : between(random, 300, 1500) };
}
