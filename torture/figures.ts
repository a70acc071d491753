import type { Problem } from './expectation.js';

/** What is counted, in the order of the table; `README.md` says what each means. */
export const COUNTED = [
  'profiles',
  'kills',
  'kills while opening',
  'kills after all had settled',
  'kills of two tabs',
  'acknowledged writes',
  'of these strict',
  'found without acknowledgement',
  'migrations',
  'folds of the log',
  'vacuums',
  'imports and restores',
  'lost',
  'torn',
  'integrity failures',
  'schema failures',
  'revived',
  'unsettled promises',
  'refused to open',
  'failing status',
  'uncaught errors',
  'browser ended by itself',
  'torn records put in',
  'wiped',
  'wiped, DataLossError',
  'wiped, not told',
  'restored from a mirror',
  'acknowledged writes after the mirror',
  'power cuts',
  'cuts that lost nothing',
  'cuts back to an earlier write',
  'cuts back to nothing, not told',
  'cuts told by an error',
  'cuts that lost strict writes',
] as const;

export type Counted = (typeof COUNTED)[number];

const COUNTED_BY_PROBLEM: Readonly<Record<Problem['kind'], Counted>> = {
  lost: 'lost',
  torn: 'torn',
  integrity: 'integrity failures',
  schema: 'schema failures',
  revived: 'revived',
  unsettled: 'unsettled promises',
  uncaught: 'uncaught errors',
  status: 'failing status',
  refused: 'refused to open',
  browser: 'browser ended by itself',
  'strict lost': 'cuts that lost strict writes',
};

/** A problem, and the profile that was kept as it was found. */
export interface Finding extends Problem {
  readonly session: number;
  readonly profile: string;
}

/** The figures of one run. */
export class Figures {
  readonly findings: Finding[] = [];
  readonly #counts = new Map<Counted, number>();
  readonly #commits: number[] = [];
  readonly #rejections = new Map<string, number>();
  readonly #begun = Date.now();

  count(counted: Counted, by = 1): void {
    this.#counts.set(counted, this.of(counted) + by);
  }

  of(counted: Counted): number {
    return this.#counts.get(counted) ?? 0;
  }

  find(finding: Finding): void {
    this.findings.push(finding);
    this.count(COUNTED_BY_PROBLEM[finding.kind]);
  }

  /** Writes that were acknowledged in a round that was killed while it wrote. */
  addRound(acknowledged: number): void {
    this.#commits.push(acknowledged);
  }

  addRejection(name: string): void {
    this.#rejections.set(name, (this.#rejections.get(name) ?? 0) + 1);
  }

  get seconds(): number {
    return Math.round((Date.now() - this.#begun) / 1000);
  }

  get medianCommits(): number {
    return [...this.#commits].sort((a, b) => a - b)[Math.floor(this.#commits.length / 2)] ?? 0;
  }

  toJSON(): object {
    return {
      seconds: this.seconds,
      ...Object.fromEntries(COUNTED.map((counted) => [counted, this.of(counted)])),
      'median acknowledged writes per round': this.medianCommits,
      'rejections by name': Object.fromEntries(this.#rejections),
      findings: this.findings,
    };
  }

  /** A Markdown table. */
  toString(): string {
    const rows = [
      ...COUNTED.map((counted) => [counted, this.of(counted)] as const),
      ...[...this.#rejections].map(([name, count]) => [`rejected ${name}`, count] as const),
      ['median acknowledged writes per round', this.medianCommits] as const,
      ['seconds', this.seconds] as const,
    ];
    const lines = rows.map(([name, value]) => `| ${name.padEnd(38)} | ${String(value).padStart(9)} |`);
    return [`| ${' '.repeat(38)} | ${' '.repeat(9)} |`, `| ${'-'.repeat(38)} | ${'-'.repeat(8)}: |`, ...lines].join('\n');
  }
}
