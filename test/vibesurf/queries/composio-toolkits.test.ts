import { describe, expect, it } from 'vitest';
import {
  type ComposioToolkitKey,
  createComposioToolkit,
  deleteComposioToolkit,
  getComposioToolkit,
  listComposioToolkits,
  listEnabledComposioToolkits,
  replaceComposioTools,
  toggleComposioToolkit,
  updateComposioToolkit,
} from '../../../src/vibesurf/queries/composio-toolkits.js';
import { idOf, openTab, openTabWith, type SqlRow } from './open-vibesurf.js';

const gmail = { name: 'Gmail', slug: 'gmail', tools: { GMAIL_SEND: 1, GMAIL_READ: 0 } } as const;

const openWith = (...toolkits: readonly (SqlRow & { readonly slug: string })[]) =>
  openTabWith(
    'composio_toolkits',
    toolkits.map((toolkit, n) => ({ id: idOf(n), name: toolkit.slug, ...toolkit })),
  );

const slugsOf = (rows: readonly { slug: string }[]) => rows.map(({ slug }) => slug);
const BOTH_KEYS: readonly ComposioToolkitKey[] = [{ id: idOf(0) }, { slug: 'one' }];

/** By an id and by a slug, each with the column that the error names. */
const UNKNOWN: readonly (readonly [ComposioToolkitKey, string])[] = [
  [{ id: idOf(9) }, 'id'],
  [{ slug: 'nobody' }, 'slug'],
];

describe('creating a toolkit', () => {
  it('gives the stored row, not enabled', async () => {
    const { db } = await openTab();
    const row = await db.write((tx) => createComposioToolkit(tx, gmail));
    expect(row).toMatchObject({ ...gmail, enabled: false, description: null, logo: null, appUrl: null });
    expect(getComposioToolkit(db, { id: row.id })).toEqual(row);
  });

  it('refuses a slug that is taken', async () => {
    const { db } = await openWith({ slug: 'gmail' });
    const creating = db.write((tx) => createComposioToolkit(tx, gmail));
    await expect(creating).rejects.toMatchObject({ code: 'DUPLICATE_NAME', table: 'composio_toolkits', column: 'slug' });
  });

  it('refuses tools that are neither 0 nor 1', async () => {
    const { db } = await openTab();
    // @ts-expect-error A tool is 0 or 1.
    const creating = db.write((tx) => createComposioToolkit(tx, { ...gmail, tools: { GMAIL_SEND: true } }));
    await expect(creating).rejects.toMatchObject({ code: 'COLUMN_JSON', column: 'composio_toolkits.tools' });
    expect(listComposioToolkits(db)).toEqual([]);
  });
});

describe('getting a toolkit', () => {
  it('gives it by its id or its slug, or undefined', async () => {
    const { db } = await openWith({ slug: 'one' });
    for (const key of BOTH_KEYS) expect(getComposioToolkit(db, key)).toMatchObject({ id: idOf(0), slug: 'one' });
    for (const [key] of UNKNOWN) expect(getComposioToolkit(db, key)).toBeUndefined();
  });

  it('takes an id that is no UUID for one that is not there', async () => {
    const { db } = await openTab();
    expect(getComposioToolkit(db, { id: 'one' })).toBeUndefined();
  });
});

describe('listing toolkits', () => {
  const stored = [{ slug: 'c', enabled: 1 }, { slug: 'a' }, { slug: 'b', enabled: 1 }] as const;

  it('gives all by name, or those that are enabled or are not', async () => {
    const { db } = await openWith(...stored);
    expect(slugsOf(listComposioToolkits(db))).toEqual(['a', 'b', 'c']);
    expect(slugsOf(listComposioToolkits(db, { enabled: true }))).toEqual(['b', 'c']);
    expect(slugsOf(listComposioToolkits(db, { enabled: false }))).toEqual(['a']);
    expect(slugsOf(listEnabledComposioToolkits(db))).toEqual(['b', 'c']);
  });

  it('gives all of many, or a page of them', async () => {
    const { db } = await openWith(...Array.from({ length: 51 }, (_, n) => ({ slug: String(100 + n), enabled: 1 })));
    expect(listComposioToolkits(db)).toHaveLength(51);
    expect(listEnabledComposioToolkits(db)).toHaveLength(51);
    expect(slugsOf(listComposioToolkits(db, { limit: 2, offset: 1 }))).toEqual(['101', '102']);
    expect(slugsOf(listComposioToolkits(db, { offset: 50 }))).toEqual(['150']);
  });

  it('gives nothing where none is enabled, and refuses a limit that is none', async () => {
    const { db } = await openWith({ slug: 'a' });
    expect(listEnabledComposioToolkits(db)).toEqual([]);
    expect(() => listComposioToolkits(db, { limit: Number.NaN })).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});

describe('updating a toolkit', () => {
  it('by its id or its slug changes what is given, and gives the row as it is stored', async () => {
    for (const key of BOTH_KEYS) {
      const { db } = await openWith({ slug: 'one', description: 'kept' });
      const row = await db.write((tx) => updateComposioToolkit(tx, key, { ...gmail, enabled: true, description: undefined }));
      expect(row).toMatchObject({ ...gmail, id: idOf(0), enabled: true, description: 'kept' });
      expect(row.updatedAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
      expect(getComposioToolkit(db, { slug: 'gmail' })).toEqual(row);
    }
  });

  it('that gives nothing leaves the row and its time of update as they were', async () => {
    const { db } = await openWith({ slug: 'one' });
    const before = getComposioToolkit(db, { slug: 'one' });
    const ofRow: object = { id: idOf(5), createdAt: new Date() };
    for (const patch of [{}, ofRow]) expect(await db.write((tx) => updateComposioToolkit(tx, { slug: 'one' }, patch))).toEqual(before);
    expect(getComposioToolkit(db, { slug: 'one' })).toEqual(before);
  });

  it('refuses a slug that another toolkit has', async () => {
    const { db } = await openWith({ slug: 'one' }, { slug: 'two' });
    const updating = db.write((tx) => updateComposioToolkit(tx, { slug: 'one' }, { slug: 'two' }));
    await expect(updating).rejects.toMatchObject({ code: 'DUPLICATE_NAME', column: 'slug' });
  });

  it('rejects for one that is not there, whether something is given or not', async () => {
    const { db } = await openTab();
    for (const [key, column] of UNKNOWN)
      for (const patch of [{}, { name: 'x' }])
        await expect(db.write((tx) => updateComposioToolkit(tx, key, patch))).rejects.toMatchObject({ code: 'NOT_FOUND', column });
  });
});

describe('deleting a toolkit', () => {
  it('deletes the one of that id or slug', async () => {
    for (const key of BOTH_KEYS) {
      const { db } = await openWith({ slug: 'one' }, { slug: 'two' });
      await db.write((tx) => deleteComposioToolkit(tx, key));
      expect(slugsOf(listComposioToolkits(db))).toEqual(['two']);
    }
  });

  it('rejects for one that is not there', async () => {
    const { db } = await openWith({ slug: 'one' });
    for (const [key, column] of UNKNOWN)
      await expect(db.write((tx) => deleteComposioToolkit(tx, key))).rejects.toMatchObject({ code: 'NOT_FOUND', column });
  });
});

describe('toggling a toolkit', () => {
  it('enables it, then disables it, and gives the row as it is stored', async () => {
    const { db } = await openWith({ slug: 'one' }, { slug: 'two' });
    for (const enabled of [true, false]) {
      const row = await db.write((tx) => toggleComposioToolkit(tx, { slug: 'one' }));
      expect(row.enabled).toBe(enabled);
      expect(getComposioToolkit(db, { slug: 'one' })).toEqual(row);
    }
    expect(getComposioToolkit(db, { slug: 'two' })?.enabled).toBe(false);
  });

  it('rejects for one that is not there', async () => {
    const { db } = await openTab();
    for (const [key, column] of UNKNOWN)
      await expect(db.write((tx) => toggleComposioToolkit(tx, key))).rejects.toMatchObject({ code: 'NOT_FOUND', column });
  });
});

describe('replacing the tools of a toolkit', () => {
  it('stores these alone, as JSON of 0 and 1', async () => {
    const { db, database } = await openWith({ slug: 'one', tools: '{"OLD":1}' });
    const row = await db.write((tx) => replaceComposioTools(tx, { slug: 'one' }, { NEW: 0, OTHER: 1 }));
    expect(row.tools).toEqual({ NEW: 0, OTHER: 1 });
    expect(getComposioToolkit(db, { slug: 'one' })).toEqual(row);
    expect(database.get('SELECT tools FROM composio_toolkits')).toEqual({ tools: '{"NEW":0,"OTHER":1}' });
  });

  it('refuses anything but a map from names to 0 or 1', async () => {
    const { db } = await openWith({ slug: 'one', tools: '{"OLD":1}' });
    for (const tools of [{ NEW: 2 }, { NEW: '1' }, ['NEW'], 'NEW']) {
      // @ts-expect-error None of them is such a map.
      const replacing = db.write((tx) => replaceComposioTools(tx, { slug: 'one' }, tools));
      await expect(replacing).rejects.toMatchObject({ name: 'InvalidJsonError', column: 'composio_toolkits.tools' });
    }
    expect(getComposioToolkit(db, { slug: 'one' })?.tools).toEqual({ OLD: 1 });
  });

  it('rejects for one that is not there', async () => {
    const { db } = await openTab();
    for (const [key, column] of UNKNOWN)
      await expect(db.write((tx) => replaceComposioTools(tx, key, {}))).rejects.toMatchObject({ code: 'NOT_FOUND', column });
  });
});
