import type { RuleGroup } from '../rule.js';

const REFUSED = /^cannot drop .*column|after drop column/;

export const dropColumn: RuleGroup = {
  rules: [
    {
      id: 'L015',
      severity: 'error',
      title: 'DROP COLUMN of a column that is a key, UNIQUE, indexed, or named by a trigger, a view or a foreign key',
      why: 'SQLite never drops such a column.',
      instead: 'Drop the index, trigger or view first and make it anew afterwards; for a key or UNIQUE, rebuild the table.',
      isMandatory: true,
    },
  ],
  onFailure: (step, { message }) => {
    const { action, file } = step;
    if (action.kind !== 'drop-column' || !file.scratch.isExact || !REFUSED.test(message)) return [];
    return [{ rule: 'L015', at: action.at, step, why: `SQLite refuses it: ${message}.` }];
  },
};
