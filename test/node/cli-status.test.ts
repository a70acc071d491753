// @vitest-environment node

import { describe, expect, it } from 'vitest';
import { BACKUP, NOW, tablite, tabliteJson, VERSION_1, withFile } from './projects/project.js';

describe('tablite status', () => {
  it('of a file of the chain has nothing to complain about', async () => {
    const project = await withFile();
    await tablite(project, ['lock']);
    await tablite(project, ['migrate', 'notes.sqlite', '--to', '2'], { now: NOW });
    const { code, stdout } = await tablite(project, ['status', 'notes.sqlite']);
    expect(code).toBe(0);
    expect(stdout.replace(/\d+ ms/, 'N ms').replace(/\([0-9a-f]{16}\)/, '(F)')).toBe(
      `Version 2 of 3.\nHistory:\n  v002_add_color.sql  2026-01-31T09:30:00.000Z  N ms\nPending:\n  v003_shout.ts\nSchema: as version 2 makes it (F).\nCopies beside it:\n  ${BACKUP}\n`,
    );
    const { value } = await tabliteJson(project, ['status', 'notes.sqlite']);
    const { fingerprint } = (value as { schema: { fingerprint: string } }).schema;
    expect(value).toMatchObject({
      version: 2,
      head: 3,
      pending: ['v003_shout.ts'],
      schema: { expected: fingerprint, drift: [] },
      backups: [BACKUP],
    });
    expect(project.read('migrations/chain.lock').split('\n')[2]).toContain(`schema:${fingerprint}`);
  });

  it('lists what drifted', async () => {
    const project = await withFile(`${VERSION_1} ALTER TABLE notes ADD COLUMN odd TEXT;`);
    const { code, value } = await tabliteJson(project, ['status', 'notes.sqlite']);
    expect([code, value]).toMatchObject([1, { version: 1, schema: { drift: [expect.stringContaining('odd')] } }]);
    expect((await tablite(project, ['status', 'notes.sqlite'])).stdout).toMatch(/Schema: differs from version 1 \(.*\):\n {2}.*odd/);
  });

  it('of a newer file says so', async () => {
    const project = await withFile(VERSION_1.replace('= 1', '= 7'));
    const { code, stdout } = await tablite(project, ['status', 'notes.sqlite']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^Version 7 of 3\.\nCannot be brought forward: .*newer code/)]);
  });
});
