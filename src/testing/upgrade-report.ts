/** One upgrade that keeps what the chain promises. */
export interface UpgradePath {
  readonly from: number;
  readonly to: number;
  /** How many tables had rows at the beginning, and how many rows they had. */
  readonly tables: number;
  readonly rows: number;
  /** Milliseconds that the upgrade took. */
  readonly ms: number;
}

/** What `verifyUpgradePaths` found in order. Prints well. */
export class UpgradeReport {
  /** From each version, 0 and the head included. */
  readonly paths: readonly UpgradePath[];

  constructor(paths: readonly UpgradePath[]) {
    this.paths = paths;
  }

  toString(): string {
    const rows = this.paths.map(({ from, to, tables, rows, ms }) => [from, to, tables, rows, ms.toFixed(1)].map(String));
    const lines = [['from', 'to', 'tables', 'rows', 'ms'], ...rows];
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    const table = lines.map((line) => `  ${line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}`);
    return [`${this.paths.length} upgrades end with the schema of a fresh database and keep their rows:`, ...table].join('\n');
  }
}
