import { TransactionRollbackError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  createMcpProfile,
  deleteMcpProfile,
  getMcpProfile,
  getMcpProfileByDisplayName,
  listActiveMcpProfiles,
  listMcpProfiles,
  type McpProfilePatch,
  touchMcpProfile,
  updateMcpProfile,
} from '../../../src/vibesurf/queries/mcp-profiles.js';
import { idOf, openTab, openTabWith, type SqlRow, type Tab } from './open-vibesurf.js';

const files = {
  displayName: 'Files',
  mcpServerName: 'filesystem',
  mcpServerParams: { command: 'npx', args: ['-y', 'server-filesystem'], env: { ROOT: '/tmp' } },
};

const openWith = (...profiles: readonly SqlRow[]) =>
  openTabWith(
    'mcp_profiles',
    profiles.map((profile, n) => ({
      mcp_id: idOf(n),
      mcp_server_name: `server ${n}`,
      mcp_server_params: '{"command":"npx","args":[]}',
      ...profile,
    })),
  );

const namesOf = (rows: readonly { displayName: string }[]) => rows.map(({ displayName }) => displayName);

describe('creating a profile', () => {
  it('gives the stored row, active, never used', async () => {
    const { db } = await openTab();
    const row = await db.write((tx) => createMcpProfile(tx, files));
    expect(row).toMatchObject({ ...files, description: null, isActive: true, lastUsedAt: null });
    expect(getMcpProfile(db, row.mcpId)).toEqual(row);
  });

  it('refuses a display name and a server name that are taken', async () => {
    const { db } = await openTab();
    await db.write((tx) => createMcpProfile(tx, files));
    const sameName = db.write((tx) => createMcpProfile(tx, { ...files, mcpServerName: 'other' }));
    await expect(sameName).rejects.toMatchObject({ code: 'DUPLICATE_NAME', table: 'mcp_profiles', column: 'display_name' });
    const sameServer = db.write((tx) => createMcpProfile(tx, { ...files, displayName: 'Other' }));
    await expect(sameServer).rejects.toMatchObject({ code: 'DUPLICATE_NAME', column: 'mcp_server_name' });
    expect(namesOf(listMcpProfiles(db))).toEqual(['Files']);
  });

  it('refuses parameters that no server is started with', async () => {
    const { db } = await openTab();
    // @ts-expect-error There is no command.
    const creating = db.write((tx) => createMcpProfile(tx, { ...files, mcpServerParams: { args: [] } }));
    await expect(creating).rejects.toMatchObject({ code: 'COLUMN_JSON', issues: ['command is missing'] });
  });
});

describe('getting a profile', () => {
  it('gives it by its id or its display name, or undefined', async () => {
    const { db } = await openWith({ display_name: 'one' });
    expect(getMcpProfile(db, idOf(0))?.displayName).toBe('one');
    expect(getMcpProfile(db, idOf(1))).toBeUndefined();
    expect(getMcpProfileByDisplayName(db, 'one')?.mcpId).toBe(idOf(0));
    expect(getMcpProfileByDisplayName(db, 'server 0')).toBeUndefined();
  });

  it('takes an id that is no UUID for one that is not there', async () => {
    const { db } = await openTab();
    expect(getMcpProfile(db, 'one')).toBeUndefined();
  });
});

describe('listing profiles', () => {
  it('gives the most recently used first, then the newest, active ones by default', async () => {
    const { db } = await openWith(
      { display_name: 'new', created_at: '2024-01-01 00:00:00' },
      { display_name: 'off', is_active: 0, last_used_at: '2025-01-02 00:00:00' },
      { display_name: 'used', last_used_at: '2025-01-01 00:00:00.000001' },
      { display_name: 'old' },
    );
    expect(namesOf(listMcpProfiles(db))).toEqual(['used', 'new', 'old']);
    expect(namesOf(listMcpProfiles(db, { activeOnly: false }))).toEqual(['off', 'used', 'new', 'old']);
    expect(namesOf(listMcpProfiles(db, { limit: 1, offset: 1 }))).toEqual(['new']);
  });

  it('gives 50 at most by default, and every active one where those are asked for', async () => {
    const { db } = await openWith(...Array.from({ length: 52 }, (_, n) => ({ display_name: `p${n}` })), {
      display_name: 'off',
      is_active: 0,
    });
    expect(listMcpProfiles(db)).toHaveLength(50);
    expect(listActiveMcpProfiles(db)).toHaveLength(52);
  });

  it('gives nothing where none is active', async () => {
    const { db } = await openWith({ display_name: 'off', is_active: 0 });
    expect(listActiveMcpProfiles(db)).toEqual([]);
  });

  it('refuses an offset that is none', async () => {
    const { db } = await openTab();
    expect(() => listMcpProfiles(db, { offset: 0.5 })).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});

describe('updating a profile', () => {
  const update = ({ db }: Tab, n: number, patch: McpProfilePatch) => db.write((tx) => updateMcpProfile(tx, idOf(n), patch));

  it('changes what is given, and gives the row as it is stored', async () => {
    const tab = await openWith({ display_name: 'one', description: 'kept' });
    const row = await update(tab, 0, { ...files, isActive: false, description: undefined });
    expect(row).toMatchObject({ ...files, isActive: false, description: 'kept' });
    expect(row.updatedAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
    expect(getMcpProfile(tab.db, idOf(0))).toEqual(row);
  });

  it('that gives nothing but the id and times of a row leaves it and its time of update as they were', async () => {
    const tab = await openWith({ display_name: 'one' });
    const before = getMcpProfile(tab.db, idOf(0));
    const patch = { mcpId: idOf(5), createdAt: new Date(), updatedAt: new Date(), lastUsedAt: new Date() };
    expect(await update(tab, 0, { ...patch, description: undefined } as McpProfilePatch)).toEqual(before);
    expect(getMcpProfile(tab.db, idOf(0))).toEqual(before);
  });

  it('refuses a name that another profile has', async () => {
    const tab = await openWith({ display_name: 'one' }, { display_name: 'two' });
    await expect(update(tab, 0, { displayName: 'two' })).rejects.toMatchObject({ code: 'DUPLICATE_NAME', column: 'display_name' });
    await expect(update(tab, 0, { mcpServerName: 'server 1' })).rejects.toMatchObject({ column: 'mcp_server_name' });
  });

  it('rejects for an unknown id, whether something is given or not', async () => {
    const tab = await openTab();
    for (const patch of [{}, { description: 'x' }])
      await expect(update(tab, 0, patch)).rejects.toMatchObject({ code: 'NOT_FOUND', table: 'mcp_profiles', column: 'mcp_id' });
  });
});

describe('deleting a profile', () => {
  it('deletes that one', async () => {
    const { db } = await openWith({ display_name: 'one' }, { display_name: 'two' });
    await db.write((tx) => deleteMcpProfile(tx, idOf(0)));
    expect(namesOf(listMcpProfiles(db))).toEqual(['two']);
  });

  it('rejects for an unknown id', async () => {
    const { db } = await openTab();
    await expect(db.write((tx) => deleteMcpProfile(tx, idOf(0)))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('touching a profile', () => {
  it('notes when it was used, and gives the row as it is stored', async () => {
    const { db } = await openWith({ display_name: 'one' }, { display_name: 'two' });
    const now = new Date('2025-06-01T12:34:56.789Z');
    const row = await db.write((tx) => touchMcpProfile(tx, idOf(0), { now }));
    expect(row.lastUsedAt).toEqual(now);
    expect(listMcpProfiles(db)[0]).toEqual(row);
  });

  it('rejects for an unknown id, and for a Date that is invalid', async () => {
    const { db } = await openWith({ display_name: 'one' });
    await expect(db.write((tx) => touchMcpProfile(tx, idOf(1)))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const invalid = db.write((tx) => touchMcpProfile(tx, idOf(0), { now: new Date(Number.NaN) }));
    await expect(invalid).rejects.toMatchObject({ code: 'COLUMN_DATETIME' });
  });
});

describe('a query', () => {
  it('runs in an asynchronous transaction as well, and is undone with it', async () => {
    const { db } = await openWith({ display_name: 'one' });
    const ending = db.transaction(async (tx) => {
      const { mcpId } = createMcpProfile(tx, files);
      await Promise.resolve();
      expect(updateMcpProfile(tx, mcpId, { description: 'new' }).description).toBe('new');
      deleteMcpProfile(tx, idOf(0));
      expect(namesOf(listMcpProfiles(tx))).toEqual(['Files']);
      tx.rollback();
    });
    await expect(ending).rejects.toBeInstanceOf(TransactionRollbackError);
    expect(namesOf(listMcpProfiles(db))).toEqual(['one']);
  });
});
