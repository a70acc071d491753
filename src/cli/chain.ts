import { AuthoringError } from '../authoring/authoring-error.js';
import { type ChainFolder, chainOf, readChainFolder } from '../authoring/chain-folder.js';
import { type LockedLine, readLock } from '../authoring/lock-file.js';
import { Upgrader } from '../database/upgrade.js';
import { type Engine, loadEngine } from '../engine/engine.js';
import type { Migration } from '../migrate/chain.js';

/** Node reads the WebAssembly beside sql.js, and asks for no address. */
const NO_URL = '';

/** The engine in Node. */
export function nodeEngine(): Promise<Engine> {
  return loadEngine(NO_URL);
}

/** A folder's chain, ready to be run. */
export interface ReadyChain {
  readonly engine: Engine;
  readonly folder: ChainFolder;
  readonly locked: readonly LockedLine[];
  readonly chain: readonly Migration[];
  readonly upgrader: Upgrader;
}

/**
 * Reads a chain to run it on somebody's database.
 *
 * @throws {AuthoringError} `LOCK_EDITED` when a released file is not as it was: it would leave a database like no other.
 * @throws {AuthoringError} {MigrationError} as reading the folder does.
 */
export async function readyChain(path: string): Promise<ReadyChain> {
  const [engine, folder, locked = []] = await Promise.all([nodeEngine(), readChainFolder(path), readLock(path)]);
  const chain = chainOf(folder);
  const edited = locked.find(({ name, checksum }) => !chain.some((file) => file.name === name && file.checksum === checksum));
  if (edited) {
    const message = 'the file changed, or is gone, after it was locked. Restore it from version control; `npx tablite lint` says more.';
    throw new AuthoringError('LOCK_EDITED', { file: edited.name }, message);
  }
  return { engine, folder, locked, chain, upgrader: new Upgrader(engine, chain) };
}
