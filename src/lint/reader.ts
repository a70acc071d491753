import { isIdentifier, type Lexeme } from './lexeme.js';

/** Reads a statement from its beginning, word by word. */
export class Reader {
  readonly lexemes: readonly Lexeme[];
  at = 0;

  constructor(lexemes: readonly Lexeme[]) {
    this.lexemes = lexemes;
  }

  get next(): Lexeme | undefined {
    return this.lexemes[this.at];
  }

  /** Steps over these words if they stand here. */
  take(...words: string[]): boolean {
    if (!words.every((word, offset) => this.lexemes[this.at + offset]?.word === word)) return false;
    this.at += words.length;
    return true;
  }

  /** Steps over a name, the schema before it left out. */
  name(): Lexeme | undefined {
    const first = this.next;
    if (!isIdentifier(first)) return undefined;
    this.at++;
    if (this.next?.word !== '.') return first;
    const second = this.lexemes[this.at + 1];
    if (!isIdentifier(second)) return undefined;
    this.at += 2;
    return second;
  }
}
