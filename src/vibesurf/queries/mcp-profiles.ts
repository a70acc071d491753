import { desc, eq, sql } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { type McpProfileRow, mcpProfiles, type NewMcpProfileRow } from '../models/mcp-profile.js';
import type { McpServerParamsInput } from '../shapes/mcp-server.js';
import { existing, notFound } from './existence.js';
import { asColumnsTake, type WithJsonInput } from './json-input.js';
import { ALL, type Page, pageOf } from './page.js';
import { givenOf, isEmpty, type Patch, UPDATE_TIME } from './patch.js';
import { naming } from './unique.js';

const FIELDS = ['displayName', 'mcpServerName', 'mcpServerParams', 'description', 'isActive'] as const;
type Field = (typeof FIELDS)[number];

export type McpProfileInput = WithJsonInput<Pick<NewMcpProfileRow, Field>, { readonly mcpServerParams: McpServerParamsInput }>;
export type McpProfilePatch = Patch<McpProfileInput, Field>;

export interface McpProfileFilter extends Page {
  /** Leaves out those that are not active; true by default. */
  readonly activeOnly?: boolean;
}

/**
 * Makes a profile.
 *
 * @throws {DuplicateNameError} when its display name or its server name is taken; `column` says which.
 * @throws {InvalidJsonError} when no server is started with such parameters.
 */
export function createMcpProfile(tx: DrizzleWriter, input: McpProfileInput): McpProfileRow {
  return naming(() =>
    tx
      .insert(mcpProfiles)
      .values(asColumnsTake<NewMcpProfileRow>(givenOf(input, FIELDS)))
      .returning()
      .get(),
  );
}

export function getMcpProfile(db: DrizzleReader, mcpId: string): McpProfileRow | undefined {
  return db.select().from(mcpProfiles).where(eq(mcpProfiles.mcpId, mcpId)).get();
}

export function getMcpProfileByDisplayName(db: DrizzleReader, displayName: string): McpProfileRow | undefined {
  return db.select().from(mcpProfiles).where(eq(mcpProfiles.displayName, displayName)).get();
}

/** The most recently used first, then the newest; at most 50 by default. @throws {UsageError} */
export function listMcpProfiles(db: DrizzleReader, filter: McpProfileFilter = {}): McpProfileRow[] {
  const { activeOnly = true } = filter;
  const { limit, offset } = pageOf(filter);
  return db
    .select()
    .from(mcpProfiles)
    .where(activeOnly ? eq(mcpProfiles.isActive, true) : undefined)
    .orderBy(desc(mcpProfiles.lastUsedAt), desc(mcpProfiles.createdAt), sql`rowid DESC`)
    .limit(limit)
    .offset(offset)
    .all();
}

/** All that are active, in the order of `listMcpProfiles`. */
export function listActiveMcpProfiles(db: DrizzleReader): McpProfileRow[] {
  return listMcpProfiles(db, { limit: ALL });
}

/** Changes what is given. @throws {NotFoundError} {DuplicateNameError} {InvalidJsonError} */
export function updateMcpProfile(tx: DrizzleWriter, mcpId: string, patch: McpProfilePatch): McpProfileRow {
  const given = givenOf(patch, FIELDS);
  return isEmpty(given)
    ? existing(getMcpProfile(tx, mcpId), mcpProfiles.mcpId)
    : update(tx, mcpId, asColumnsTake<Partial<NewMcpProfileRow>>(given));
}

/** @throws {NotFoundError} */
export function deleteMcpProfile(tx: DrizzleWriter, mcpId: string): void {
  const { changes } = tx.delete(mcpProfiles).where(eq(mcpProfiles.mcpId, mcpId)).run();
  if (changes === 0) throw notFound(mcpProfiles.mcpId);
}

/** Notes that the profile was used. @throws {NotFoundError} */
export function touchMcpProfile(tx: DrizzleWriter, mcpId: string, { now = new Date() }: { readonly now?: Date } = {}): McpProfileRow {
  return update(tx, mcpId, { lastUsedAt: now });
}

function update(tx: DrizzleWriter, mcpId: string, values: SQLiteUpdateSetSource<typeof mcpProfiles>): McpProfileRow {
  const { mcpId: id } = mcpProfiles;
  const set = { ...values, updatedAt: UPDATE_TIME };
  return existing(
    naming(() => tx.update(mcpProfiles).set(set).where(eq(id, mcpId)).returning().get()),
    id,
  );
}
