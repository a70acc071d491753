import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../errors/database-error.js';
import type { Command, Invocation, Io, Option } from './command.js';

/** What every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  dir: { value: '<folder>', summary: 'the folder of migrations; ./migrations by default' },
  json: { summary: 'print one JSON value, errors too' },
  help: { summary: 'say what the command does' },
};

/** A command line as it was given: options with their values, and the words between them. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly options: Invocation['options'];
}

/**
 * Reads what follows `tablite`.
 *
 * @throws {UsageError} for an option that is not known, or lacks its value.
 */
export function readCommandLine(argv: readonly string[], known: Readonly<Record<string, Option>>): CommandLine {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [name, { type: value ? ('string' as const) : ('boolean' as const) }]),
  );
  try {
    const { positionals, values } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { words: positionals, options: { ...values } };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${reason.replaceAll('\n', ' ')} See \`tablite help\`.`, { cause });
  }
}

/**
 * What a command is run with.
 *
 * @throws {UsageError} when its argument is missing, or there is more than it takes.
 */
export function invocationOf(command: Command, { words, options }: CommandLine, io: Io): Invocation {
  const [, ...rest] = words;
  // A name may be given as words: `tablite new add tags`.
  const argument = command.name === 'new' ? rest.join(' ') : (rest[0] ?? '');
  const spare = command.argument === undefined ? rest[0] : command.name === 'new' ? undefined : rest[1];
  if (command.argument !== undefined && argument === '')
    throw new UsageError(`\`tablite ${command.name}\` takes ${command.argument}. See \`tablite help ${command.name}\`.`);
  if (spare !== undefined) throw new UsageError(`\`tablite ${command.name}\` takes no "${spare}". See \`tablite help ${command.name}\`.`);
  return { io, argument, options, folder: resolve(io.cwd, String(options['dir'] ?? 'migrations')) };
}

/**
 * The version that an option names; undefined when it was not given.
 *
 * @throws {UsageError} when it is no number from 0.
 */
export function versionOption({ options }: Invocation, name: string): number | undefined {
  const given = options[name];
  if (given === undefined) return undefined;
  if (!/^\d{1,9}$/.test(String(given))) throw new UsageError(`--${name} takes a version, a number from 0.`);
  return Number(given);
}
