import type { SqlError } from '../errors/sql-error.js';
import { GROUPS } from './catalogue.js';
import type { Remark } from './rule.js';
import type { SqlFile, Step } from './sql-file.js';

/** What may not run: it would end or leave the transaction of the runner, who refuses it too. */
const NOT_RUN = new Set(['L002', 'L003', 'L004']);

/** Looks at a file and runs it on the scratch database, statement by statement. */
export function runFile(file: SqlFile): Remark[] {
  const remarks = GROUPS.flatMap((group) => group.ofFile?.(file) ?? []);
  const open = new Set(remarks.map(({ step }) => step));
  for (const step of file.steps) remarks.push(...(open.has(step) ? leaveOut(step) : runStep(step)));
  remarks.push(...GROUPS.flatMap((group) => group.atEnd?.(file) ?? []));
  return remarks;
}

/** A statement that never ends: it can only fail, and what it would have made is missing. */
function leaveOut({ file }: Step): Remark[] {
  file.scratch.isExact = false;
  return [];
}

function runStep(step: Step): Remark[] {
  const { scratch } = step.file;
  const remarks = GROUPS.flatMap((group) => group.beforeStatement?.(step) ?? []);
  if (remarks.some(({ rule }) => NOT_RUN.has(rule))) {
    // A table that may not be made, or a file that may not be attached, is missing below.
    if (remarks.some(({ rule }) => rule === 'L003')) scratch.isExact = false;
    return remarks;
  }
  step.file.follow(step);
  const failure = scratch.run(step.text);
  if (!failure) return [...remarks, ...GROUPS.flatMap((group) => group.afterStatement?.(step) ?? [])];
  const reasons = reasonsFor(step, failure, remarks);
  scratch.isExact = false;
  return [...remarks, ...reasons];
}

/** Why SQLite refused a statement: what a rule knows of it, or else what SQLite said. */
function reasonsFor(step: Step, failure: SqlError, known: readonly Remark[]): readonly Remark[] {
  if (known.some(({ rule }) => rule === 'L012')) return [];
  for (const group of GROUPS) {
    const reasons = group.onFailure?.(step, failure) ?? [];
    if (reasons.length > 0) return reasons;
  }
  return [];
}
