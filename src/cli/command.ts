import type { FileSystem } from '../authoring/write-file.js';

/** What a command is run with, instead of the process. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Where relative paths begin. */
  readonly cwd: string;
  /** Whether somebody looks at stdout: colours are for them. */
  readonly isTerminal: boolean;
  readonly env: { readonly NO_COLOR?: string | undefined };
  /** Milliseconds since 1970; the machine's clock by default. */
  readonly now?: () => number;
  /** What files are written with; Node's own by default. */
  readonly files?: FileSystem;
}

/** An option of a command: a flag, or one that takes a value, shown as `value`. */
export interface Option {
  readonly value?: string;
  readonly summary: string;
}

/** A command line, read. */
export interface Invocation {
  readonly io: Io;
  /** What follows the command; empty where it takes nothing. */
  readonly argument: string;
  /** The folder of migrations, absolute. */
  readonly folder: string;
  /** The options that were given: texts, or true of a flag. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** What a command found or did. */
export interface Outcome {
  /** Whether all is well: exit code 0, otherwise 1. */
  readonly isFine: boolean;
  /** What `--json` prints. */
  readonly json: unknown;
  /** What is printed otherwise, without the last line end. */
  readonly text: string;
}

/** One command of `tablite`. */
export interface Command {
  readonly name: string;
  /** What it takes, as help shows it: `<file.sqlite>`. */
  readonly argument?: string;
  readonly summary: string;
  /** More of it, line by line. */
  readonly details: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  readonly run: (invocation: Invocation) => Promise<Outcome>;
}
