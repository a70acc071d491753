import { indexOfWords, type Lexeme } from '../lexeme.js';
import type { RuleGroup } from '../rule.js';

const CLOCK = new Set(['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME']);
const CHANCE = new Set(['RANDOM', 'RANDOMBLOB']);
const TIME = new Set(['DATE', 'TIME', 'DATETIME', 'JULIANDAY', 'UNIXEPOCH', 'STRFTIME']);
const DATA = new Set(['insert', 'update', 'delete']);

export const nondeterministic: RuleGroup = {
  rules: [
    {
      id: 'L037',
      severity: 'info',
      title: 'The time or chance in a statement that changes rows',
      why: 'Each database gets other values, so two that were made by the same files differ, and no test can name what to expect.',
      instead: 'Write a constant, or compute the value from the row.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    if (!DATA.has(step.action.kind)) return [];
    const at = step.lexemes.find((lexeme, index) => isNondeterministic(step.lexemes, lexeme, index));
    return at ? [{ rule: 'L037', at, step }] : [];
  },
};

function isNondeterministic(lexemes: readonly Lexeme[], { word }: Lexeme, at: number): boolean {
  if (CLOCK.has(word)) return true;
  if (lexemes[at + 1]?.word !== '(') return false;
  return CHANCE.has(word) || (TIME.has(word) && readsClock(lexemes, at + 2));
}

/** Whether the arguments of a time function name the present: 'now' among them, or none at all. */
function readsClock(lexemes: readonly Lexeme[], from: number): boolean {
  const end = indexOfWords(lexemes, [')'], from);
  const given = lexemes.slice(from, end);
  return given.length === 0 || given.some(({ kind, name }) => kind === 'string' && name.toLowerCase() === 'now');
}
