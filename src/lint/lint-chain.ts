import type { Engine } from '../engine/engine.js';
import { UsageError } from '../errors/database-error.js';
import { Allowances } from './allowances.js';
import { GROUPS, RULES } from './catalogue.js';
import type { Finding, LintReport } from './finding.js';
import type { LintFile, LintOptions } from './options.js';
import { Places } from './place.js';
import type { Remark, Rule } from './rule.js';
import { runFile } from './run-file.js';
import { Scratch } from './scratch.js';
import { SqlFile } from './sql-file.js';
import { baseName, byNumber } from './version.js';

const RULE_BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));
const RELEASED = 'The file is released: it is in the lock file and may not change.';
const STATEMENT_LENGTH = 60;

/**
 * Checks the files of a chain, in its order, and runs them on a scratch database to know what each table looks like before
 * each statement. Findings that a comment sets aside, with a reason, are kept apart; in a released file all are that can be
 * mended only by changing it. Once a statement has failed, or code was not run, what later statements miss is not reported.
 *
 * @throws {UsageError} when a lock comes without checksums, or the minimum version is none.
 */
export function lintChain(engine: Engine, files: readonly LintFile[], options: LintOptions = {}): LintReport {
  checkOptions(options);
  const named = files.map((file) => ({ ...file, name: baseName(file.name) })).sort((a, b) => byNumber(a.name, b.name));
  const findings: Finding[] = namesOf(named, options);
  const scratch = new Scratch(engine);
  try {
    for (const file of named) {
      if ('sql' in file) findings.push(...lintSql(new SqlFile(file, options, scratch)));
      else findings.push(...runCode(file.name, options, scratch));
    }
  } finally {
    scratch.close();
  }
  findings.sort((a, b) => byNumber(a.file, b.file) || a.line - b.line || a.column - b.column || byNumber(a.rule, b.rule));
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  return {
    findings: open,
    suppressed: findings.filter(({ suppressed }) => suppressed !== undefined),
    hasErrors: open.some(({ severity }) => severity === 'error'),
  };
}

function checkOptions({ lock, checksums, minimumSqlite }: LintOptions): void {
  if (lock && !checksums) throw new UsageError('A lock is compared with checksums: pass both.');
  if (minimumSqlite !== undefined && !/^\d+(\.\d+){0,2}$/.test(minimumSqlite))
    throw new UsageError('minimumSqlite is to be a version such as 3.40.0.');
}

function namesOf(files: readonly LintFile[], options: LintOptions): Finding[] {
  const names = files.map(({ name }) => name);
  const remarks = GROUPS.flatMap((group) => group.ofChain?.({ names, options }) ?? []);
  return remarks.map((remark) => findingOf(remark, { file: remark.file, line: 1, column: 1 }));
}

function lintSql(file: SqlFile): Finding[] {
  const places = new Places(file.text);
  const allowances = new Allowances(file, places, RULE_BY_ID);
  const isReleased = isInLock(file);
  const judge = (remark: Remark, reason?: string): Finding => {
    const { start } = remark.at;
    const finding = findingOf(remark, { file: file.name, line: places.line(start), column: places.column(start) });
    const suppressed = reason ?? (isReleased && !isBreaking(remark, finding) ? RELEASED : undefined);
    return suppressed === undefined ? finding : { ...finding, suppressed };
  };
  const findings = runFile(file).map((remark) => judge(remark, allowances.reasonFor(remark)));
  return [...findings, ...[...allowances.faults, ...allowances.unused()].map((remark) => judge(remark))];
}

/** Whether the chain is broken, released or not. */
function isBreaking({ rule }: Remark, { severity }: Finding): boolean {
  return severity === 'error' && RULE_BY_ID.get(rule)?.isMandatory === true && rule !== 'L050';
}

function isInLock({ name, options: { lock, checksums } }: SqlFile): boolean {
  return lock?.some((released) => released.name === name && released.checksum === checksums?.get(name)) ?? false;
}

function runCode(file: string, { applyHook }: LintOptions, scratch: Scratch): Finding[] {
  if (!applyHook) {
    scratch.isExact = false;
    return [];
  }
  scratch.connection.forgetSchema();
  try {
    applyHook(file, scratch.connection);
    return [];
  } catch (thrown) {
    scratch.isExact = false;
    const why = `The code threw: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    const remark: Remark = { rule: 'L000', at: { start: 0 }, why, instead: 'Correct the code.' };
    return [findingOf(remark, { file, line: 1, column: 1 })];
  }
}

function findingOf(remark: Remark, place: { file: string; line: number; column: number }): Finding {
  const rule = RULE_BY_ID.get(remark.rule);
  if (!rule) throw new UsageError(`${remark.rule} is not in the catalogue of rules.`);
  const { step } = remark;
  return {
    rule: rule.id,
    severity: remark.severity ?? rule.severity,
    ...place,
    ...(step ? { statement: shortened(step.text) } : {}),
    why: remark.why ?? rule.why,
    instead: remark.instead ?? rule.instead,
  };
}

function shortened(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ');
  return line.length > STATEMENT_LENGTH ? `${line.slice(0, STATEMENT_LENGTH - 1)}…` : line;
}
