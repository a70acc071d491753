import { firstWhere } from './bisect.js';
import { isNamed } from './lexeme.js';
import type { Step } from './sql-file.js';

const NEAR = /^near "(.+)": syntax error/s;
const NAMES = [
  /(?:no such \w+|has no column named|duplicate column name|unknown function):? "?(?:\w+\.)?([^\s"()]+)/,
  /^(?:table|view|index|trigger|there is already a table named) "?([^\s"]+)"?(?: already exists)?$/,
];

/**
 * Where in a statement SQLite found the fault: sql.js does not give the offset, but the message has the word.
 *
 * Of several that are alike, a syntax error is at the one behind which the statement can be cut off and fails in the same way.
 */
export function failureAt(step: Step, message: string): { readonly start: number } {
  const near = NEAR.exec(message)?.[1];
  if (near !== undefined) {
    const { scratch } = step.file;
    const alike = step.lexemes.filter(({ text }) => text === near);
    const fails = (at: number) => scratch.compile(step.file.text.slice(step.start, alike[at]?.end))?.message === message;
    return alike[firstWhere(alike.length, fails)] ?? step;
  }
  const name = NAMES.map((pattern) => pattern.exec(message)?.[1]).find((each) => each !== undefined);
  return (name !== undefined && step.lexemes.find((lexeme) => isNamed(lexeme, name))) || step;
}
