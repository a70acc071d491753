import type { MirrorPlace } from '../storage/mirror-place.js';
import { Checkpoint } from './checkpoint.js';
import type { CommitLog } from './commit-log.js';
import type { Environment } from './environment.js';
import { type Hints, openHints } from './hint.js';
import { Mirror } from './mirror.js';
import type { MirrorStatus, StatusBoard } from './status.js';
import type { Change } from './subscriptions.js';
import { onWakeUp } from './wake-up.js';
import type { Witness } from './witness.js';

export interface FollowerParts {
  readonly log: CommitLog;
  readonly environment: Environment;
  readonly status: StatusBoard;
  readonly witness: Witness;
  /** Where the store is mirrored; undefined where it is not. */
  readonly mirrorPlace?: MirrorPlace | undefined;
  /** Whether the mirror of another store may be overwritten there. */
  readonly mayReplaceMirror?: boolean;
  /** The checkpoint has found what the app has to know of. */
  readonly onFailure: (failure: unknown) => void;
  /** Another tab has committed, up to a `seq`, or may have while this one slept. */
  readonly onNews: (seq: number) => void;
}

/** Whoever follows the commits of a store in this tab: the other tabs' hints, the witness, the checkpoint, the mirror. */
export class Followers {
  readonly #parts: FollowerParts;
  readonly #checkpoint: Checkpoint;
  readonly #mirror: Mirror | undefined;
  readonly #hints: Hints;
  readonly #forgetWakeUps: () => void;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    const { log, environment, status, mirrorPlace: place, mayReplaceMirror: mayReplace = false, onFailure, onNews } = parts;
    const { clock, wakeUps } = environment;
    const onChange = (mirror: MirrorStatus) => status.set({ mirror });
    this.#checkpoint = new Checkpoint(log, clock, onFailure);
    this.#mirror = place && new Mirror({ log, place, clock, mayReplace, onChange, onFailure });
    this.#hints = openHints(environment, log.storage.name, ({ storeId, seq }) => {
      if (storeId === log.storeId) onNews(seq);
    });
    this.#forgetWakeUps = onWakeUp(wakeUps, () => onNews(Number.POSITIVE_INFINITY));
  }

  /** A commit is durable and in the replica. @returns what is new of the mirror. */
  note({ seq, origin }: Pick<Change, 'seq' | 'origin'>): { mirror?: MirrorStatus } {
    if (origin === 'own') this.#hints.send({ storeId: this.#parts.log.storeId, seq });
    return this.look(seq, origin);
  }

  /** The replica stands at a commit. @returns what is new of the mirror. */
  look(seq: number, origin: Change['origin'] = 'own'): { mirror?: MirrorStatus } {
    this.#parts.witness.note({ storeId: this.#parts.log.storeId, seq });
    this.#checkpoint.consider();
    return this.#mirror ? { mirror: this.#mirror.note(seq, origin) } : {};
  }

  /** Brings the mirror, where there is one, to the newest commit. Throws as `Mirror.catchUp` does. */
  async mirrored(): Promise<void> {
    await this.#mirror?.catchUp();
  }

  /** Writes down what was seen last, and leaves things as they may stay. */
  async rest({ mirror }: { mirror: boolean }): Promise<void> {
    // Should it fail: whoever opens the database next goes on with it.
    if (mirror) await this.mirrored().catch(() => undefined);
    await this.#parts.witness.flush();
  }

  stop(): void {
    this.#checkpoint.stop();
    this.#forgetWakeUps();
    this.#hints.close();
    void this.#mirror?.stop();
    this.#parts.witness.stop();
  }
}
