import { UsageError } from '../errors/database-error.js';
import { TabliteError } from '../errors/tablite-error.js';
import type { Command, Io, Option, Outcome } from './command.js';
import { COMMON_OPTIONS, invocationOf, readCommandLine } from './command-line.js';
import { lint } from './commands/lint.js';
import { lock } from './commands/lock.js';
import { migrate } from './commands/migrate.js';
import { newFile } from './commands/new.js';
import { plan } from './commands/plan.js';
import { rebuild } from './commands/rebuild.js';
import { schema } from './commands/schema.js';
import { status } from './commands/status.js';
import { verify } from './commands/verify.js';
import { commandHelp, generalHelp } from './help.js';
import { painter } from './paint.js';
import { version } from './version.js';

const COMMANDS: readonly Command[] = [newFile, lint, lock, verify, plan, migrate, status, schema, rebuild];
const COMMAND_BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.name, command]));
const ALL_OPTIONS: Readonly<Record<string, Option>> = Object.assign(
  { version: { summary: 'print the version of Tablite' } },
  COMMON_OPTIONS,
  ...COMMANDS.map(({ options }) => options),
);

/** Exit codes. */
const FINE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/** Runs one `tablite` command line, `argv` without the program's own name, and gives the exit code. It never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const outcome = await answer(argv, io);
    const isJson = wantsJson(argv);
    io.stdout(`${isJson ? JSON.stringify(outcome.json, null, 2) : outcome.text}\n`);
    return outcome.isFine ? FINE : FAILED;
  } catch (thrown) {
    report(thrown, argv, io);
    return thrown instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

async function answer(argv: readonly string[], io: Io): Promise<Outcome> {
  // Which word is the command, and which an option's value, is known only to who knows all options.
  const { words, options } = readCommandLine(argv, ALL_OPTIONS);
  const [word, about] = words;
  const command = COMMAND_BY_NAME.get(word ?? '');
  if (command) {
    const line = readCommandLine(argv, { ...command.options, ...COMMON_OPTIONS });
    return line.options['help'] ? said(commandHelp(command)) : command.run(invocationOf(command, line, io));
  }
  if (options['version']) return said(await version());
  const asked = COMMAND_BY_NAME.get(about ?? '');
  if (word === 'help' && asked) return said(commandHelp(asked));
  if ((word === 'help' && about === undefined) || (word === undefined && options['help'])) return said(generalHelp(COMMANDS));
  const what = word === undefined ? 'a command is missing' : `there is no command "${word === 'help' ? about : word}"`;
  throw new UsageError(`${what}. \`tablite help\` lists them: ${COMMANDS.map(({ name }) => name).join(', ')}.`);
}

function said(text: string): Outcome {
  return { isFine: true, json: text, text };
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json');
}

function report(thrown: unknown, argv: readonly string[], io: Io): void {
  const isTyped = thrown instanceof TabliteError;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (wantsJson(argv)) {
    const { file, line, column, differences } = thrown as Readonly<Record<'file' | 'line' | 'column' | 'differences', unknown>>;
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    const error = { name, code: isTyped ? thrown.code : 'UNEXPECTED', message, file, line, column, differences };
    io.stdout(`${JSON.stringify({ error }, null, 2)}\n`);
    return;
  }
  // Only what nobody foresaw has a stack: it is a defect, and says where.
  const text = isTyped || !(thrown instanceof Error) ? message : (thrown.stack ?? message);
  io.stderr(`${painter(io).red('error')}: ${text}\n`);
}
