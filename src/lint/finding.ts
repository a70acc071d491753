import type { Severity } from './rule.js';

/** What a rule found, and where: `line` and `column` count from 1, in UTF-16 units, of the text without a byte order mark. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The beginning of the statement, on one line. */
  readonly statement?: string;
  readonly why: string;
  /** What to write instead. */
  readonly instead: string;
  /** Why it was set aside. */
  readonly suppressed?: string;
}

export interface LintReport {
  /** What was not set aside, in the order of files, lines and columns. */
  readonly findings: readonly Finding[];
  /** What was set aside, each with the reason. */
  readonly suppressed: readonly Finding[];
  readonly hasErrors: boolean;
}
