import type { Transaction } from '../../engine/transaction.js';
import { quoted } from '../../migrate/normal-sql.js';

/** Runs a change that no trigger is to see: what was last changed when is the user's knowledge, not ours to overwrite. */
export function withoutTriggers(tx: Transaction, change: () => void): void {
  const triggers = tx.values("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid");
  for (const [name] of triggers) tx.run(`DROP TRIGGER ${quoted(String(name))}`);
  change();
  for (const [, sql] of triggers) tx.run(String(sql));
}
