import { type Token, tokenize, type Unterminated } from './token.js';

/** One statement of a script: `[start, end)` from its first token to its `;` or last token, trivia before it left out. */
export interface ScriptStatement {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
}

export interface Script {
  readonly statements: readonly ScriptStatement[];
  readonly unterminated: Unterminated | undefined;
}

/**
 * Splits a script into statements, by the rules of `sqlite3_complete()`: a `;` ends a statement, except in CREATE TRIGGER,
 * which ends only at `; END ;`. So `CASE ... END` and a column named `end` are harmless.
 */
export function splitScript(sql: string): Script {
  const { tokens, unterminated } = tokenize(sql);
  const statements: ScriptStatement[] = [];
  let current: Token[] = [];
  const finish = () => {
    const first = current[0];
    const last = current.at(-1);
    if (first && last) statements.push({ start: first.start, end: last.end, tokens: current });
    current = [];
  };
  for (const token of tokens) {
    if (!isSemicolon(sql, token)) {
      current.push(token);
    } else if (current.length > 0) {
      current.push(token);
      if (!isTriggerBody(sql, current)) finish();
    }
  }
  if (unterminated && unterminated.what !== 'comment') current.push({ kind: 'symbol', start: unterminated.start, end: sql.length });
  finish();
  return { statements, unterminated };
}

/** The first words of a statement in upper case, at most `count`; a token of another kind ends them. */
export function leadingWords(sql: string, tokens: readonly Token[], count: number): string[] {
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'word' || words.length === count) break;
    words.push(sql.slice(token.start, token.end).toUpperCase());
  }
  return words;
}

function isSemicolon(sql: string, token: Token): boolean {
  return token.kind === 'symbol' && sql[token.start] === ';';
}

/** Whether these tokens, the last of which is a `;`, are a CREATE TRIGGER that has not come to its `; END ;`. */
function isTriggerBody(sql: string, tokens: readonly Token[]): boolean {
  const words = leadingWords(sql, tokens, 6);
  const create = Math.max(0, words.indexOf('CREATE'));
  const kind = words[create + 1];
  const isTrigger =
    words[create] === 'CREATE' && (kind === 'TRIGGER' || ((kind === 'TEMP' || kind === 'TEMPORARY') && words[create + 2] === 'TRIGGER'));
  if (!isTrigger) return false;
  const end = tokens.at(-2);
  const semicolon = tokens.at(-3);
  const isEnd = end?.kind === 'word' && sql.slice(end.start, end.end).toUpperCase() === 'END';
  return !(isEnd && semicolon && isSemicolon(sql, semicolon));
}
