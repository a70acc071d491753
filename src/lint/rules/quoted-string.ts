import { firstWhere } from '../bisect.js';
import { exercise } from '../exercise.js';
import type { Lexeme } from '../lexeme.js';
import type { RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';
import { quoted } from '../sql-text.js';

/** Statements that are compiled to see; what a definition says shows only after it was run, which is undone. */
const COMPILED = new Set(['insert', 'update', 'delete', 'other']);
const DEFINITIONS = new Set(['create-table', 'create-view', 'create-index', 'create-trigger', 'add-column', 'add-check']);
/** A statement with more strings than these shows enough. */
const MOST = 10;

export const quotedString: RuleGroup = {
  rules: [
    {
      id: 'L031',
      severity: 'warning',
      title: 'A string in double quotes',
      why: 'SQLite takes a name in double quotes that it does not find for a string, so a misspelt column is no error.',
      instead: "Write a string in single quotes, 'abc'; correct the name if it was meant to be one.",
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const { action, lexemes } = step;
    if (!COMPILED.has(action.kind) && !DEFINITIONS.has(action.kind)) return [];
    const isDefault = (at: number) => lexemes[at - 1]?.word === 'DEFAULT';
    const defaults = lexemes.filter(({ text }, at) => text.startsWith('"') && isDefault(at));
    const others = lexemes.filter(({ text }, at) => text.startsWith('"') && !isDefault(at));
    const strings = [...defaults, ...stringsAmong(step, others)];
    return strings.map((at) => ({ rule: 'L031', at, step, why: `${at.text} names nothing here, so SQLite takes it for a string.` }));
  },
};

/** The names that are none: with backticks, which SQLite does not take for a string, the statement fails, and does not without. */
function stringsAmong(step: Step, names: readonly Lexeme[]): Lexeme[] {
  const strings: Lexeme[] = [];
  if (names.length === 0 || refusalOf(step, names) === undefined || refusalOf(step, []) !== undefined) return strings;
  if (names.length === 1) return [...names];
  for (let rest = names; strings.length < MOST; ) {
    const at = firstWhere(rest.length, (index) => refusalOf(step, rest.slice(0, index + 1)) !== undefined);
    const string = rest[at];
    if (!string) break;
    strings.push(string);
    rest = rest.slice(at + 1);
  }
  return strings;
}

/** What SQLite says when these names are in backticks. */
function refusalOf(step: Step, names: readonly Lexeme[]): string | undefined {
  const { scratch, text } = step.file;
  const parts: string[] = [];
  let from = step.start;
  for (const { start, end, name } of names) {
    parts.push(text.slice(from, start), quoted(name));
    from = end;
  }
  const sql = `${parts.join('')}${text.slice(from, step.end)}`;
  return (COMPILED.has(step.action.kind) ? scratch.compile(sql) : scratch.attempt(sql, () => exercise(step)))?.message;
}
