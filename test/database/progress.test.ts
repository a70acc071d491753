import { describe, expect, it, vi } from 'vitest';
import { memoryStorage, type OpenProgress } from '../../src/index.js';
import { noChannels } from '../store/fakes.js';
import { noteChain } from './note-chain.js';
import { counterOf, openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';

describe('the progress of opening', () => {
  const phases = async (options: Parameters<typeof openTestDatabase>) => {
    const [storage, rest] = options;
    const progress: OpenProgress[] = [];
    await openTestDatabase(storage, { ...rest, onProgress: (step) => progress.push(step) });
    return progress;
  };

  it('names each statement of the chain in order', async () => {
    expect(await phases([memoryStorage(), { migrations: noteChain(2) }])).toEqual([
      { phase: 'opening' },
      { phase: 'migrating', version: 1, name: 'v001_notes.sql', index: 1, total: 2, statement: 1, statements: 2, ms: expect.any(Number) },
      { phase: 'migrating', version: 1, name: 'v001_notes.sql', index: 1, total: 2, statement: 2, statements: 2, ms: expect.any(Number) },
      { phase: 'migrating', version: 2, name: 'v002_colors.sql', index: 2, total: 2, statement: 1, statements: 1, ms: expect.any(Number) },
      { phase: 'ready' },
    ]);
  });

  it('has no step where there is nothing to migrate', async () => {
    const storage = memoryStorage();
    await openTestDatabase(storage);
    expect(await phases([storage])).toEqual([{ phase: 'opening' }, { phase: 'ready' }]);
  });

  it('ends before ready where opening fails', async () => {
    const progress: OpenProgress[] = [];
    const migrations = [...noteChain(1), { name: 'v002_bad.sql', sql: 'SELEC' }];
    await rejection(openTestDatabase(memoryStorage(), { migrations, onProgress: (step) => progress.push(step) }));
    expect(progress.map(({ phase }) => phase)).toEqual(['opening', 'migrating', 'migrating', 'migrating']);
  });
});

describe('a callback for the progress that throws', () => {
  it('fails the opening with its error, and leaves nothing open', async () => {
    const storage = memoryStorage();
    const error = new Error('from the callback');
    for (const failing of ['opening', 'migrating', 'ready']) {
      const page = new EventTarget();
      const removed = vi.spyOn(page, 'removeEventListener');
      const onProgress = ({ phase }: OpenProgress) => {
        if (phase === failing) throw error;
      };
      expect(await rejection(openTestDatabase(storage, { onProgress, environment: { wakeUps: [page], openChannel: noChannels } }))).toBe(
        error,
      );
      expect(removed.mock.calls.length > 0).toBe(failing !== 'opening');
    }
    expect(counterOf(await openTestDatabase(storage))).toBe(0);
  });
});
