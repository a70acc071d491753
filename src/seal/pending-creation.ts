import type { CreateOptions } from './vault.js';

interface Pending {
  readonly options: CreateOptions;
  readonly done: Promise<void>;
}

/** The making of a vault that is under way in this tab: there is one at a time. */
export class PendingCreation {
  #pending: Pending | undefined;

  /** Runs `create`, once no other is under way; of one that asks for the same, it shares the end. */
  async run(options: CreateOptions, create: () => Promise<void>): Promise<void> {
    for (let pending = this.#pending; pending; pending = this.#pending) {
      if (isSame(pending.options, options)) return pending.done;
      await this.end;
    }
    const done = create();
    this.#pending = { options, done };
    try {
      await done;
    } finally {
      this.#pending = undefined;
    }
  }

  /** Resolves when the one that is under way has ended, well or not; undefined when there is none. */
  get end(): Promise<void> | undefined {
    return this.#pending?.done.catch(() => undefined);
  }
}

function isSame(one: CreateOptions, other: CreateOptions): boolean {
  return (one.device ?? true) === (other.device ?? true) && one.passphrase === other.passphrase;
}
