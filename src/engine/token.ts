export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'variable' | 'symbol';

/** One token of SQL text, `[start, end)` in UTF-16 units. White space and comments are not tokens. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** What is wrong with text that cannot be cut into tokens to its end. */
export type Unterminated = { readonly what: 'string' | 'comment' | 'identifier'; readonly start: number };

const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const VARIABLE = /\?\d*|[:@$#](?:[A-Za-z0-9_$\u0080-\uffff]|::)+(?:\([^ \t\n\v\f\r)]*\))?/y;
// A vertical tab is white space only after another.
const SPACE = /\ufeff|[ \t\n\f\r][ \t\n\v\f\r]*/y;
const LINE_COMMENT = /--[^\n]*/y;
const CLOSER: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/** Cuts SQL text into tokens, by the rules of SQLite's own tokenizer (https://www.sqlite.org/lang.html). */
export function tokenize(sql: string): { tokens: Token[]; unterminated: Unterminated | undefined } {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.test(sql) ? pattern.lastIndex : -1;
  };
  while (at < sql.length) {
    const skipped = Math.max(match(SPACE), match(LINE_COMMENT));
    if (skipped >= 0) {
      at = skipped;
      continue;
    }
    if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) return { tokens, unterminated: { what: 'comment', start: at } };
      at = end + 2;
      continue;
    }
    const closer = CLOSER[sql.charAt(at)];
    if (closer) {
      const end = endOfQuoted(sql, at, closer);
      if (end < 0) return { tokens, unterminated: { what: closer === "'" ? 'string' : 'identifier', start: at } };
      tokens.push({ kind: closer === "'" ? 'string' : 'quoted', start: at, end });
      at = end;
      continue;
    }
    const [kind, end] = plainToken(match, at);
    tokens.push({ kind, start: at, end });
    at = end;
  }
  return { tokens, unterminated: undefined };
}

function plainToken(match: (pattern: RegExp) => number, at: number): [TokenKind, number] {
  for (const [kind, pattern] of [
    ['word', WORD],
    ['number', NUMBER],
    ['variable', VARIABLE],
  ] as const) {
    const end = match(pattern);
    if (end > at) return [kind, end];
  }
  return ['symbol', at + 1];
}

/** Where a quoted run ends, its doubled closers skipped (`]` cannot be doubled); -1 when it never does. */
function endOfQuoted(sql: string, start: number, closer: string): number {
  let at = start + 1;
  for (;;) {
    const end = sql.indexOf(closer, at);
    if (end < 0) return -1;
    if (closer === ']' || sql[end + 1] !== closer) return end + 1;
    at = end + 2;
  }
}
