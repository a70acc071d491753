import { tokenize } from '../engine/token.js';
import { isWord, type NormalToken, nameOf, normalTokens, quoted } from './normal-sql.js';

const KINDS = ['table', 'index', 'trigger', 'view'];

/** The index of the token that names what a CREATE statement creates; -1 when it creates nothing. */
export function createdNameAt(tokens: readonly NormalToken[]): number {
  if (!isWord(tokens[0], 'create')) return -1;
  const kind = tokens.findIndex((token, at) => at < 4 && KINDS.some((word) => isWord(token, word)));
  if (kind < 0) return -1;
  const first = isWord(tokens[kind + 1], 'if') && isWord(tokens[kind + 2], 'not') ? kind + 4 : kind + 1;
  return tokens[first + 1]?.text === '.' ? first + 2 : first;
}

/** A name as the CREATE statement writes it, so that it needs quotes here exactly where it has them there. */
export function createdName(sql: string): string {
  const tokens = normalTokens(sql);
  return written(sql, tokens[createdNameAt(tokens)]);
}

/** A token that is a name, as it is written; in double quotes where it stands in others. */
export function written(sql: string, token: NormalToken | undefined): string {
  const text = sql.slice(token?.start, token?.end);
  return token?.kind === 'word' ? text : quoted(nameOf(text));
}

/** A statement without the comments and the `;` behind it. */
export function trimStatement(sql: string): string {
  const { tokens } = tokenize(sql);
  const last = tokens.findLast(({ start }) => sql[start] !== ';');
  return sql.slice(tokens[0]?.start ?? 0, last?.end ?? 0);
}
