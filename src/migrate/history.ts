import type { Connection } from '../engine/connection.js';
import type { Migration } from './chain.js';
import { HISTORY_TABLE } from './own-table.js';

/** One applied migration. */
export interface HistoryEntry {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly durationMs: number;
}

/** The applied migrations, oldest first; none in a database that was made elsewhere. */
export function readHistory(connection: Connection): HistoryEntry[] {
  if (!connection.value("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", [HISTORY_TABLE])) return [];
  const sql = `SELECT version, name, checksum, applied_at, duration_ms FROM ${HISTORY_TABLE} ORDER BY version`;
  const rows = connection.with(sql, 'read', (statement) => statement.values(undefined, Number.POSITIVE_INFINITY));
  return rows.map(([version, name, checksum, appliedAt, durationMs]) => ({
    version: Number(version),
    name: String(name),
    checksum: String(checksum),
    appliedAt: String(appliedAt),
    durationMs: Number(durationMs),
  }));
}

/** Says what a migration has made of the database: the version and the entry, within its transaction. */
export function addToHistory(connection: Connection, migration: Migration, applied: { at: number; durationMs: number }): void {
  const { version, name, checksum } = migration;
  const at = new Date(applied.at).toISOString();
  // A chain's names and checksums have no character that would need quoting; parameters would cost a statement for each step.
  connection.script(`
    PRAGMA user_version = ${version};
    CREATE TABLE IF NOT EXISTS ${HISTORY_TABLE} (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, duration_ms REAL NOT NULL);
    INSERT INTO ${HISTORY_TABLE} (version, name, checksum, applied_at, duration_ms) VALUES (${version}, '${name}', '${checksum}', '${at}', ${applied.durationMs})`);
}
