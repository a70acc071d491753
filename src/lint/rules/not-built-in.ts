import { exercise } from '../exercise.js';
import { isNamed, type Lexeme } from '../lexeme.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

const MISSING = /^(?:.*: )?(no such module|no such function|unknown function): ([^\s(]+)/;

export const notBuiltIn: RuleGroup = {
  rules: [
    {
      id: 'L036',
      severity: 'warning',
      title: 'A function or module that sql.js does not have, such as fts5; an error where the statement itself fails',
      why: 'What uses it fails when it is first used.',
      instead: 'Use what sql.js has (fts3 and fts4, the JSON and date functions), or compute the values in a migration in code.',
      isMandatory: true,
    },
  ],
  onFailure: (step, { message }) => remarks(step, message, 'error'),
  afterStatement: (step) => {
    const sql = exercise(step);
    const failure = sql === undefined ? undefined : step.file.scratch.compile(sql);
    return failure ? remarks(step, failure.message, 'warning') : [];
  },
};

function remarks(step: Step, message: string, severity: 'error' | 'warning'): Remark[] {
  const [, , name] = MISSING.exec(message) ?? [];
  if (name === undefined) return [];
  const at: Lexeme | Step | undefined = step.lexemes.find((lexeme) => isNamed(lexeme, name));
  // A view or trigger made earlier may be what uses it, and was named there.
  if (!at && severity === 'warning') return [];
  return [{ rule: 'L036', at: at ?? step, step, severity, why: `SQLite says: ${message}.` }];
}
