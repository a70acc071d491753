import { indexOfWords } from '../lexeme.js';
import type { RuleGroup } from '../rule.js';

/** CREATE, what it creates in at most two words, and the three that are looked for. */
const HEAD = 6;

export const existing: RuleGroup = {
  rules: [
    {
      id: 'L030',
      severity: 'warning',
      title: 'CREATE ... IF NOT EXISTS',
      why: 'Where something else of that name is there already, the file runs and the schema is another one than the chain says.',
      instead: 'Leave IF NOT EXISTS out: each file runs once.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const head = step.lexemes.slice(0, HEAD);
    const at = head[0]?.word === 'CREATE' ? head[indexOfWords(head, ['IF', 'NOT', 'EXISTS'])] : undefined;
    return at ? [{ rule: 'L030', at, step }] : [];
  },
};
