/** A stretch of text as it is, or one character that would not be seen, written out. */
export interface TextPart {
  readonly text: string;
  readonly isEscape: boolean;
}

/** Control and format characters (bidi overrides, zero widths), lone surrogates, line and paragraph separators. */
const INVISIBLE = /([\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])/u;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

/** The text in parts, so that an escape can be told from the same characters in the text itself. */
export function textParts(text: string): readonly TextPart[] {
  // A split at a group alternates: what is between, what the group matched, and so on.
  return text
    .split(INVISIBLE)
    .map((part, index) => (index % 2 === 1 ? { text: escapeOf(part), isEscape: true } : { text: part, isEscape: false }))
    .filter(({ text }) => text !== '');
}

/** The text in one string, each character that would not be seen written out. */
export function visibleText(text: string): string {
  return textParts(text)
    .map((part) => part.text)
    .join('');
}

function escapeOf(character: string): string {
  return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}
