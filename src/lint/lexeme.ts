import { unquote } from '../engine/guard.js';
import type { Token, TokenKind } from '../engine/token.js';

/** A token with its text. */
export interface Lexeme {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** An unquoted word or a symbol in upper case; empty for what is quoted, so that it is never taken for a keyword. */
  readonly word: string;
  /** The identifier that it would be, its quotes resolved. */
  readonly name: string;
}

const IDENTIFIERS: ReadonlySet<TokenKind> = new Set(['word', 'quoted', 'string']);

/** The tokens of a statement with their texts. */
export function readLexemes(sql: string, tokens: readonly Token[]): Lexeme[] {
  return tokens.map(({ kind, start, end }) => {
    const text = sql.slice(start, end);
    const word = kind === 'quoted' || kind === 'string' ? '' : text.toUpperCase();
    return { kind, start, end, text, word, name: nameOf(text) };
  });
}

/** Whether it may stand for the name of something: SQLite takes a string for one, too. */
export function isIdentifier(lexeme: Lexeme | undefined): lexeme is Lexeme {
  return lexeme !== undefined && IDENTIFIERS.has(lexeme.kind);
}

/** Names are equal whatever their case. */
export function isNamed(lexeme: Lexeme | undefined, name: string): boolean {
  return isIdentifier(lexeme) && lexeme.name.toLowerCase() === name.toLowerCase();
}

/** The index of the first lexeme of one of these words outside of parentheses, from `from` on; -1 when there is none. */
export function indexAtTop(lexemes: readonly Lexeme[], words: readonly string[], from = 0): number {
  let depth = 0;
  for (let at = from; at < lexemes.length; at++) {
    const word = lexemes[at]?.word ?? '';
    if (word === '(') depth++;
    else if (word === ')') depth--;
    else if (depth === 0 && words.includes(word)) return at;
  }
  return -1;
}

/** The index where these words stand one after the other, from `from` on; -1 when they do not. */
export function indexOfWords(lexemes: readonly Lexeme[], words: readonly string[], from = 0): number {
  for (let at = from; at + words.length <= lexemes.length; at++)
    if (words.every((word, offset) => lexemes[at + offset]?.word === word)) return at;
  return -1;
}

function nameOf(text: string): string {
  const quote = text[0] ?? '';
  const inner = unquote(text);
  return quote === '"' || quote === '`' || quote === "'" ? inner.replaceAll(quote + quote, quote) : inner;
}
