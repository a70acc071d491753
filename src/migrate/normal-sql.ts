import { type Token, tokenize } from '../engine/token.js';

/** A token as SQLite understands it: names and keywords in lower case, and without quotes where they need none. */
export interface NormalToken extends Token {
  readonly text: string;
}

const OPERATOR = /^[-+*/%=<>!|&~]$/;
const PLAIN_NAME = /^[a-z_][a-z0-9_$]*$/;
const TIGHT_AFTER = new Set(['', '(', '.']);
const TIGHT_BEFORE = new Set([')', ',', '.', ';']);

/** In lower case as SQLite compares names: only the letters of ASCII. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** What a token names: without quotes, doubled quotes single again. */
export function nameOf(text: string): string {
  const quote = text.charAt(0);
  if (quote === '[') return text.slice(1, -1);
  return quote === '"' || quote === '`' || quote === "'" ? text.slice(1, -1).replaceAll(quote + quote, quote) : text;
}

/** A name in double quotes. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The tokens of SQL text.
 *
 * @param names What the database knows, in lower case: SQLite takes an unknown name in double quotes for a text, whose case
 * then counts.
 */
export function normalTokens(sql: string, names?: ReadonlySet<string>): NormalToken[] {
  return tokenize(sql).tokens.map((token) => ({ ...token, text: normalText(sql, token, names) }));
}

function normalText(sql: string, { kind, start, end }: Token, names: ReadonlySet<string> | undefined): string {
  const text = sql.slice(start, end);
  if (kind === 'word') return foldCase(text);
  if (kind !== 'quoted') return text;
  const name = nameOf(text);
  const folded = foldCase(name);
  if (text.startsWith('"') && names && !names.has(folded) && folded !== name) return quoted(name);
  return PLAIN_NAME.test(folded) ? folded : quoted(folded);
}

/** Whether a token is this keyword, and not a name in quotes. */
export function isWord(token: NormalToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text === word;
}

/** Tokens as one readable line that says nothing of how they were spaced, cased, quoted or commented. */
export function joinTokens(tokens: readonly NormalToken[]): string {
  let line = '';
  let before = '';
  for (const { text } of tokens) {
    const isTight = TIGHT_AFTER.has(before) || TIGHT_BEFORE.has(text) || (OPERATOR.test(before) && OPERATOR.test(text));
    line += isTight ? text : ` ${text}`;
    before = text;
  }
  return line;
}

/** Where a word stands outside of any parentheses. */
export function positionsOf(tokens: readonly NormalToken[], word: string): number[] {
  const found: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') at = closingOf(tokens, at);
    else if (isWord(tokens[at], word)) found.push(at);
  }
  return found;
}

/** The index of the parenthesis that closes the one at `open`. */
export function closingOf(tokens: readonly NormalToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++;
    if (tokens[at]?.text === ')') depth--;
    if (depth === 0) return at;
  }
  return tokens.length;
}

/** The parts between commas that are not within parentheses. */
export function splitByComma(tokens: readonly NormalToken[]): NormalToken[][] {
  const parts: NormalToken[][] = [];
  let part: NormalToken[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (token.text === ',' && depth === 0) {
      parts.push(part);
      part = [];
    } else part.push(token);
  }
  return [...parts, part].filter(({ length }) => length > 0);
}
