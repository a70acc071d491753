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
  let next: Hint | undefined;
  let isOpen = true;
  const flush = () => {
    if (next && isOpen) channel?.postMessage(next);
    next = undefined;
  };
  return {
    send: (hint) => {
      const isDue = next !== undefined;
      next = hint;
      if (!isDue) void othersFirst().then(flush);
    },
    close: () => {
      flush();
      isOpen = false;
      channel?.close();
    },
  };
}

/**
 * A message costs a tenth of a commit: it goes out when whoever awaited the write has gone on. Not by a timer, which a hidden
 * tab fires once a second, or once a minute.
 */
async function othersFirst(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await undefined;
}

function isHint(data: unknown): data is Hint {
  const hint = data as Partial<Hint> | null;
  return typeof hint === 'object' && hint !== null && typeof hint.storeId === 'string' && Number.isSafeInteger(hint.seq);
}
