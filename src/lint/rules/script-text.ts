import type { Remark, RuleGroup } from '../rule.js';
import type { SqlFile, Step } from '../sql-file.js';

export const scriptText: RuleGroup = {
  rules: [
    {
      id: 'L005',
      severity: 'error',
      title: 'A NUL character',
      why: 'SQLite stops reading there, and what follows is silently left out.',
      instead: 'Remove the character.',
      isMandatory: true,
    },
    {
      id: 'L006',
      severity: 'error',
      title: 'A string, comment, identifier or trigger that never ends; as a warning, a last statement without its semicolon',
      why: 'It swallows the rest of the file.',
      instead: 'Close it where it ends: a trigger with END; and everything else with what opened it.',
      isMandatory: true,
    },
  ],
  ofFile: (file) => {
    const nul: Remark[] = file.nul < 0 ? [] : [{ rule: 'L005', at: { start: file.nul } }];
    return [...nul, ...endOfText(file)];
  },
};

function endOfText({ unterminated, steps }: SqlFile): Remark[] {
  const last = steps.at(-1);
  if (unterminated) {
    const why = `The ${unterminated.what} that begins here swallows the rest of the file.`;
    // A comment leaves the statement before it whole.
    const step = unterminated.what !== 'comment' && last ? { step: last } : {};
    return [{ rule: 'L006', at: unterminated, ...step, why }];
  }
  if (!last) return [];
  if (isOpenTrigger(last))
    return [{ rule: 'L006', at: last, step: last, why: 'The trigger has no END; and takes what follows for its body.' }];
  if (last.lexemes.at(-1)?.word === ';') return [];
  return [
    {
      rule: 'L006',
      at: last.lexemes.at(-1) ?? last,
      severity: 'warning',
      why: 'The last statement has no semicolon: whatever is added below becomes a part of it.',
      instead: 'End it with a semicolon.',
    },
  ];
}

function isOpenTrigger({ action, lexemes }: Step): boolean {
  if (action.kind !== 'create-trigger') return false;
  const end = lexemes.at(-1)?.word === ';' ? -2 : -1;
  return lexemes.at(end)?.word !== 'END' || lexemes.at(end - 1)?.word !== ';';
}
