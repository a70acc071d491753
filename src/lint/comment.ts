import type { Unterminated } from '../engine/token.js';
import { tokenize } from '../engine/token.js';

/** A comment from `--` to the end of its line. */
export interface LineComment {
  readonly start: number;
  readonly text: string;
}

/** The line comments of SQL text: what stands between its tokens, other comments and white space left out. */
export function lineComments(sql: string): LineComment[] {
  const { tokens, unterminated } = tokenize(sql);
  const comments: LineComment[] = [];
  let from = 0;
  for (const { start, end } of tokens) {
    addComments(comments, sql, { from, to: start });
    from = end;
  }
  addComments(comments, sql, { from, to: endOf(sql, unterminated) });
  return comments;
}

function endOf(sql: string, unterminated: Unterminated | undefined): number {
  return unterminated ? unterminated.start : sql.length;
}

/** Between two tokens there are comments and white space only. */
function addComments(comments: LineComment[], sql: string, { from, to }: { from: number; to: number }): void {
  for (let at = from; at < to; at++) {
    if (sql.startsWith('/*', at)) {
      at = sql.indexOf('*/', at + 2) + 1;
    } else if (sql.startsWith('--', at)) {
      const newline = sql.indexOf('\n', at);
      const end = newline < 0 ? sql.length : newline;
      comments.push({ start: at, text: sql.slice(at, end) });
      at = end;
    }
  }
}
