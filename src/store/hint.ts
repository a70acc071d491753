import type { Environment } from './environment.js';

/** What tabs tell each other: that the line has grown. A lost hint costs time, nothing else. */
export interface Hint {
  readonly storeId: string;
  readonly seq: number;
}

/** The hints of one database. */
export interface Hints {
  send(hint: Hint): void;
  close(): void;
}

/** Opens the channel of a database's hints; without BroadcastChannel nothing is sent, and wake-ups and refresh() catch up. */
export function openHints(environment: Environment, name: string, receive: (hint: Hint) => void): Hints {
  const channel = environment.openChannel(`tablite:${name}`);
  channel?.addEventListener('message', ({ data }) => {
    if (isHint(data)) receive(data);
  });
  const { clock } = environment;
  let next: Hint | undefined;
  let timer: unknown;
  const flush = () => {
    timer = undefined;
    if (next) channel?.postMessage(next);
    next = undefined;
  };
  return {
    // A message costs a tenth of a commit: it goes out after the write has resolved, one for all that came meanwhile.
    send: (hint) => {
      next = hint;
      if (channel) timer ??= clock.setTimeout(flush, 0);
    },
    close: () => {
      clock.clearTimeout(timer);
      flush();
      channel?.close();
    },
  };
}

function isHint(data: unknown): data is Hint {
  const hint = data as Partial<Hint> | null;
  return typeof hint === 'object' && hint !== null && typeof hint.storeId === 'string' && Number.isSafeInteger(hint.seq);
}
