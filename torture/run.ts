import type { BrowserKind } from './browser.js';
import type { Figures } from './figures.js';
import type { PageServer } from './page-server.js';
import type { Random } from './random.js';

/** What all lives of a run share. */
export interface Run {
  readonly kind: BrowserKind;
  readonly server: PageServer;
  readonly random: Random;
  readonly figures: Figures;
  /** Where the profiles are. */
  readonly folder: string;
  /** How often the log is cut off in a round in which it is. */
  readonly cuts: number;
  /** The share of kills after which a torn record is left in LevelDB's log. */
  readonly tear: number;
  /** The number of the next start of a browser; none is used twice. */
  nextSession(): number;
  /** Whether the run is to end as soon as it can. */
  isStopping(): boolean;
}
