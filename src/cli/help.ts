import type { Command, Option } from './command.js';
import { COMMON_OPTIONS } from './command-line.js';

const EXIT_CODES = 'Exit codes: 0 fine, 1 something was found or failed, 2 used wrongly.';

/** What `tablite help` prints. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    'Usage: tablite <command> [options]',
    '',
    'Commands:',
    ...columns(commands.map((command) => [usage(command), command.summary])),
    ...columns([['help [command]', 'this text, or more of one command']]),
    '',
    'Options of all commands:',
    ...optionLines(COMMON_OPTIONS),
    ...columns([['--version', 'print the version of Tablite']]),
    '',
    EXIT_CODES,
  ].join('\n');
}

/** What `tablite help <command>` prints. */
export function commandHelp(command: Command): string {
  return [
    `Usage: tablite ${usage(command)} [options]`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    ...command.details,
    '',
    'Options:',
    ...optionLines({ ...command.options, ...COMMON_OPTIONS }),
    '',
    EXIT_CODES,
  ].join('\n');
}

function usage({ name, argument }: Command): string {
  return argument === undefined ? name : `${name} ${argument}`;
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  return columns(Object.entries(options).map(([name, { value, summary }]) => [value ? `--${name} ${value}` : `--${name}`, summary]));
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  return rows.map(([left, right]) => `  ${left.padEnd(26)}${right}`);
}
