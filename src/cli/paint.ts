import type { Io } from './command.js';

/** Puts a text in a colour. */
export type Paint = (text: string) => string;

/** Colours for whoever looks: none when stdout is no terminal, or NO_COLOR is set (https://no-color.org). */
export function painter({ isTerminal, env }: Pick<Io, 'isTerminal' | 'env'>): Readonly<Record<'red' | 'yellow' | 'dim', Paint>> {
  const isColored = isTerminal && !env.NO_COLOR;
  const paint =
    (on: number, off: number): Paint =>
    (text) =>
      isColored ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { red: paint(31, 39), yellow: paint(33, 39), dim: paint(2, 22) };
}
