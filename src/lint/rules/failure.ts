import type { SqlError } from '../../errors/sql-error.js';
import { failureAt } from '../failure-place.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

export const failure: RuleGroup = {
  rules: [
    {
      id: 'L000',
      severity: 'error',
      title: 'A statement that SQLite refuses, or a file without one',
      why: 'The chain ends here.',
      instead: 'Correct the statement.',
      isMandatory: true,
    },
  ],
  ofFile: ({ steps, unterminated }) => {
    if (steps.length > 0 || unterminated) return [];
    return [{ rule: 'L000', at: { start: 0 }, why: 'The file has no statement.', instead: 'Write one, or remove the file.' }];
  },
  onFailure: (step, refused) => {
    // What an earlier statement would have made may be what is missing; a syntax error is one whatever was there.
    if (!step.file.scratch.isExact && refused.code !== 'SQL_SYNTAX') return [];
    return [refusal(step, refused)];
  },
};

function refusal(step: Step, refused: SqlError): Remark {
  return { rule: 'L000', at: failureAt(step, refused.message), step, why: `SQLite refuses it: ${refused.message}.` };
}
