import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { UsageError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';
import { type MigrationCode, type MigrationContent, readContent } from './content.js';

/** A file with its SQL text. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
}

/** A file of code, as a module that exports `revision` and `up`. */
export type MigrationCodeFile = MigrationCode & { readonly name: string };

/** A file whose text or module is loaded only when it has to be run. */
export interface MigrationReference {
  readonly name: string;
  /** What `checksumOf` gives for it. */
  readonly checksum: string;
  readonly load: () => Promise<string | MigrationCode>;
}

/**
 * The files of a chain: SQL texts and code modules by path, as `import.meta.glob('/migrations/*.sql', { query: '?raw',
 * import: 'default', eager: true })` and `import.meta.glob('/migrations/*.ts', { eager: true })` give; or a list, such as
 * the virtual module of `tablite/vite`.
 */
export type Migrations =
  | Readonly<Record<string, string | MigrationCode>>
  | readonly (MigrationFile | MigrationCodeFile | MigrationReference)[];

/** One versioned file of the chain. */
export interface Migration {
  readonly version: number;
  /** The file name, `v001_initial_schema.sql`. */
  readonly name: string;
  /** SHA-256, in hexadecimal, of its text with LF line ends and without a byte order mark, or of the revision of its code. */
  readonly checksum: string;
  /**
   * What it does.
   *
   * @throws {MigrationError} when it cannot be loaded, or is not what the checksum says.
   */
  readonly load: () => Promise<MigrationContent>;
}

const FILE_NAME = /^v(\d{3,})_[a-z0-9]+(?:_[a-z0-9]+)*\.(sql|[mc]?[jt]s)$/;
const CHECKSUM = /^[0-9a-f]{64}$/;

/**
 * The chain in order.
 *
 * @throws {MigrationError} for a bad name, a number that is missing or there twice, and a file that cannot be read to its end.
 */
export function readChain(migrations: Migrations): readonly Migration[] {
  const chain = filesOf(migrations).map((file) => readMigration(file));
  chain.sort((a, b) => a.version - b.version);
  chain.forEach((migration, index) => {
    const before = chain[index - 1];
    if (before?.version === migration.version) {
      throw new MigrationError(
        'MIGRATION_DUPLICATE',
        { file: migration.name },
        `version ${migration.version} is taken by ${before.name} too. Give the newer file the next free number.`,
      );
    }
    if (migration.version !== index + 1) {
      throw new MigrationError(
        'MIGRATION_GAP',
        { file: migration.name },
        `expected version ${index + 1} here and found ${migration.version}. Versions count from 1 without a gap: restore the missing file, or renumber.`,
      );
    }
  });
  return chain;
}

/** The version in a file name; undefined when the name is not one of a chain. */
export function versionOf(name: string): number | undefined {
  const version = Number(FILE_NAME.exec(name)?.[1] ?? 0);
  return version === 0 ? undefined : version;
}

/** The checksum of a file's content. */
export function checksumOf(content: MigrationContent): string {
  return bytesToHex(sha256(utf8ToBytes('sql' in content ? content.sql : `revision ${content.code.revision}`)));
}

type NamedFile = { readonly name: string; readonly given: string | MigrationCode } | MigrationReference;

function filesOf(migrations: Migrations): NamedFile[] {
  const isGiven = typeof migrations === 'object' && migrations !== null && !('then' in migrations);
  if (isGiven && !Array.isArray(migrations)) return Object.entries(migrations).map(([name, given]) => ({ name, given }));
  const list: unknown = migrations;
  if (!Array.isArray(list) || !list.every((file) => typeof file?.name === 'string'))
    throw new UsageError('migrations is to be an object of SQL texts by path, or a list of { name, sql }.');
  return list.map((file) => ('load' in file ? file : { name: file.name, given: 'sql' in file ? file.sql : file }));
}

function readMigration(file: NamedFile): Migration {
  const name = file.name.slice(file.name.lastIndexOf('/') + 1);
  const version = versionOf(name);
  if (version === undefined) {
    throw new MigrationError(
      'MIGRATION_NAME',
      { file: name },
      'expected a name like v001_initial_schema.sql: a number of three digits from 001, then lower-case words.',
    );
  }
  if ('load' in file) return { version, name, checksum: checkedSum(name, file.checksum), load: once(() => loadReference(name, file)) };
  const content = readContent(name, file.given);
  return { version, name, checksum: checksumOf(content), load: () => Promise.resolve(content) };
}

function checkedSum(name: string, checksum: string): string {
  if (CHECKSUM.test(checksum)) return checksum;
  throw new MigrationError('MIGRATION_LOAD', { file: name }, 'expected a SHA-256 checksum in hexadecimal. Build the chain again.');
}

/** Remembers what was loaded; a failure is forgotten, so that the next call tries again. */
function once(load: () => Promise<MigrationContent>): () => Promise<MigrationContent> {
  let loading: Promise<MigrationContent> | undefined;
  return () => {
    loading ??= load().catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}

async function loadReference(name: string, { load, checksum }: MigrationReference): Promise<MigrationContent> {
  let given: string | MigrationCode;
  try {
    given = await load();
  } catch (cause) {
    const message = 'could not be loaded. Nothing was changed: reload the page, with a connection to the server.';
    throw new MigrationError('MIGRATION_LOAD', { file: name }, message, { cause });
  }
  const content = readContent(name, given);
  if (checksumOf(content) === checksum) return content;
  const message = 'what was loaded is not the file that the chain was built with. Nothing was changed: reload the page.';
  throw new MigrationError('MIGRATION_LOAD', { file: name }, message);
}
