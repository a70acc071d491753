import type { SqlError } from '../errors/sql-error.js';
import type { LintOptions } from './options.js';
import type { SqlFile, Step } from './sql-file.js';

/** `error` fails a build, `warning` wants a look, `info` is good to know. */
export type Severity = 'error' | 'warning' | 'info';

/** One rule, as `lint --rules` and the documentation show it. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  /** What to write instead. */
  readonly instead: string;
  /** Whether no comment sets it aside: the chain is broken where it applies. */
  readonly isMandatory: boolean;
}

/** What a rule says at an offset of a file's text. Where a part is missing, the rule's own stands. */
export interface Remark {
  readonly rule: string;
  readonly at: { readonly start: number };
  /** The statement that a comment may set it aside for. */
  readonly step?: Step;
  readonly severity?: Severity;
  readonly why?: string;
  readonly instead?: string;
}

/** Names of files, in the order of the chain, and what the caller said of them. */
export interface NamedChain {
  readonly names: readonly string[];
  readonly options: LintOptions;
}

/** Rules that belong together, and when they look. Each look is a question: it changes nothing. */
export interface RuleGroup {
  readonly rules: readonly Rule[];
  /** At the names of all files. */
  readonly ofChain?: (chain: NamedChain) => readonly (Remark & { readonly file: string })[];
  /** At a file's text, before any statement of it ran. */
  readonly ofFile?: (file: SqlFile) => readonly Remark[];
  readonly beforeStatement?: (step: Step) => readonly Remark[];
  /** When SQLite refused the statement. */
  readonly onFailure?: (step: Step, failure: SqlError) => readonly Remark[];
  readonly afterStatement?: (step: Step) => readonly Remark[];
  readonly atEnd?: (file: SqlFile) => readonly Remark[];
}
