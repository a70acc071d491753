import { indexAtTop, type Lexeme } from '../lexeme.js';
import type { RuleGroup } from '../rule.js';

const BEFORE_STAR = new Set(['SELECT', 'ALL', 'DISTINCT', ',', '.']);

export const starCopy: RuleGroup = {
  rules: [
    {
      id: 'L025',
      severity: 'warning',
      title: 'INSERT INTO ... SELECT *',
      why: 'Columns are matched by their order, which differs between databases that grew in different ways.',
      instead: 'Name the columns on both sides: INSERT INTO new (id, name) SELECT id, name FROM old.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const { action, lexemes } = step;
    if (action.kind !== 'insert') return [];
    const star = lexemes[starOf(lexemes, indexAtTop(lexemes, ['SELECT'], action.body))];
    return star ? [{ rule: 'L025', at: star, step }] : [];
  },
};

/** The index of a `*` or `t.*` in the list of a SELECT; elsewhere it multiplies, or stands in count(*). */
function starOf(lexemes: readonly Lexeme[], select: number): number {
  if (select < 0) return -1;
  for (let at = indexAtTop(lexemes, ['*', 'FROM'], select); at >= 0; at = indexAtTop(lexemes, ['*', 'FROM'], at + 1)) {
    if (lexemes[at]?.word === 'FROM') return -1;
    if (BEFORE_STAR.has(lexemes[at - 1]?.word ?? '')) return at;
  }
  return -1;
}
