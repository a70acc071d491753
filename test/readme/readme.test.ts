import { describe, expect, it, vi } from 'vitest';
import readme from '../../README.md?raw';
import { deleteDatabase, openDatabase } from '../../src/index.js';
import example from './example.ts?raw';
import moving from './moving.ts?raw';

const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);

describe('the README', () => {
  it('shows the example that runs here, in about 20 lines', async () => {
    expect(blocks[0]).toBe(example);
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(25);
    await deleteDatabase('notes');
    const logged = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import('./example.js');
    expect(logged.mock.calls).toEqual([
      ['notes changed in this tab'],
      ['notes changed in this tab'],
      ['note 1 is done:', { text: 'write the manual', done: 1 }],
    ]);
    logged.mockRestore();
    const db = await openDatabase({ name: 'notes' });
    expect(db.values('SELECT text, done FROM notes')).toEqual([['write the manual', 1]]);
    await db.close();
    await deleteDatabase('notes');
  });

  it('shows the move from a whole-file save that runs here', () => {
    expect(blocks).toContain(moving);
  });
});
