import type { Connection } from '../engine/connection.js';
import type { Migration } from './chain.js';

/** Where a database remembers which files made it. */
export const HISTORY_TABLE = 'tablite_history';

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

/** Adds an entry, within the transaction of its migration. */
export function addToHistory(connection: Connection, migration: Migration, applied: { at: number; durationMs: number }): void {
  connection.script(
    `CREATE TABLE IF NOT EXISTS ${HISTORY_TABLE} (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, duration_ms REAL NOT NULL)`,
  );
  connection.forgetSchema();
  const { version, name, checksum } = migration;
  const sql = `INSERT INTO ${HISTORY_TABLE} (version, name, checksum, applied_at, duration_ms) VALUES (?, ?, ?, ?, ?)`;
  connection.with(sql, 'write', (statement) =>
    statement.values([version, name, checksum, new Date(applied.at).toISOString(), applied.durationMs], 1),
  );
}
