import type { RuleGroup } from '../rule.js';

export const allowance: RuleGroup = {
  rules: [
    {
      id: 'L050',
      severity: 'error',
      title: 'A comment that sets a rule aside without a reason, or names no rule that can be',
      why: 'Whoever reads the file next cannot tell whether it was meant.',
      instead: 'Write -- migrate:allow <rule> <reason>, or migrate:allow-file above the first statement.',
      isMandatory: true,
    },
    {
      id: 'L051',
      severity: 'warning',
      title: 'A comment that sets aside nothing',
      why: 'The rule finds nothing there, so the comment would hide what is written there next.',
      instead: 'Remove it; or move it right above the statement, or behind its first line.',
      isMandatory: true,
    },
  ],
};
