import { eq, not, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { type ComposioToolkitRow, composioToolkits, type NewComposioToolkitRow } from '../models/composio-toolkit.js';
import type { ToolkitTools } from '../shapes/toolkit-tools.js';
import { existing, notFound } from './existence.js';
import { ALL, type Page, pageOf } from './page.js';
import { givenOf, isEmpty, type Patch, UPDATE_TIME } from './patch.js';
import { naming } from './unique.js';

const FIELDS = ['name', 'slug', 'description', 'logo', 'appUrl', 'enabled', 'tools'] as const;
type Field = (typeof FIELDS)[number];

export type ComposioToolkitInput = Pick<NewComposioToolkitRow, Field>;
export type ComposioToolkitPatch = Patch<NewComposioToolkitRow, Field>;

/** What a toolkit is known by. */
export type ComposioToolkitKey = { readonly id: string; readonly slug?: never } | { readonly slug: string; readonly id?: never };

export interface ComposioToolkitFilter extends Page {
  /** Only those that are enabled, or only those that are not; both by default. */
  readonly enabled?: boolean;
}

/**
 * Makes a toolkit.
 *
 * @throws {DuplicateNameError} when its slug is taken.
 * @throws {InvalidJsonError} when one of its tools is neither 0 nor 1.
 */
export function createComposioToolkit(tx: DrizzleWriter, input: ComposioToolkitInput): ComposioToolkitRow {
  return naming(() => tx.insert(composioToolkits).values(givenOf(input, FIELDS)).returning().get());
}

export function getComposioToolkit(db: DrizzleReader, key: ComposioToolkitKey): ComposioToolkitRow | undefined {
  return db.select().from(composioToolkits).where(isKnownBy(key)).get();
}

/** By name; all of them by default. @throws {UsageError} */
export function listComposioToolkits(db: DrizzleReader, filter: ComposioToolkitFilter = {}): ComposioToolkitRow[] {
  const { limit, offset } = pageOf(filter, ALL);
  return db
    .select()
    .from(composioToolkits)
    .where(filter.enabled === undefined ? undefined : eq(composioToolkits.enabled, filter.enabled))
    .orderBy(composioToolkits.name, sql`rowid`)
    .limit(limit)
    .offset(offset)
    .all();
}

/** All that are enabled, by name. */
export function listEnabledComposioToolkits(db: DrizzleReader): ComposioToolkitRow[] {
  return listComposioToolkits(db, { enabled: true });
}

/** Changes what is given. @throws {NotFoundError} {DuplicateNameError} {InvalidJsonError} */
export function updateComposioToolkit(tx: DrizzleWriter, key: ComposioToolkitKey, patch: ComposioToolkitPatch): ComposioToolkitRow {
  const given = givenOf(patch, FIELDS);
  return isEmpty(given) ? existing(getComposioToolkit(tx, key), columnOf(key)) : update(tx, key, given);
}

/** @throws {NotFoundError} */
export function deleteComposioToolkit(tx: DrizzleWriter, key: ComposioToolkitKey): void {
  if (tx.delete(composioToolkits).where(isKnownBy(key)).run().changes === 0) throw notFound(columnOf(key));
}

/** Enables a toolkit that is not, and the other way round. @throws {NotFoundError} */
export function toggleComposioToolkit(tx: DrizzleWriter, key: ComposioToolkitKey): ComposioToolkitRow {
  return update(tx, key, { enabled: not(sql`${composioToolkits.enabled}`) });
}

/** Puts these tools in the place of those there were. @throws {NotFoundError}, or {InvalidJsonError} when one is neither 0 nor 1. */
export function replaceComposioTools(tx: DrizzleWriter, key: ComposioToolkitKey, tools: ToolkitTools): ComposioToolkitRow {
  return update(tx, key, { tools });
}

function update(tx: DrizzleWriter, key: ComposioToolkitKey, values: SQLiteUpdateSetSource<typeof composioToolkits>): ComposioToolkitRow {
  const set = { ...values, updatedAt: UPDATE_TIME };
  return existing(
    naming(() => tx.update(composioToolkits).set(set).where(isKnownBy(key)).returning().get()),
    columnOf(key),
  );
}

function isKnownBy({ id, slug }: ComposioToolkitKey): SQL {
  return id === undefined ? eq(composioToolkits.slug, slug) : eq(composioToolkits.id, id);
}

function columnOf({ id }: ComposioToolkitKey): SQLiteColumn {
  return id === undefined ? composioToolkits.slug : composioToolkits.id;
}
