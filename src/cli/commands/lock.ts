import { join } from 'node:path';
import { AuthoringError } from '../../authoring/authoring-error.js';
import { type ChainFolder, chainOf, checksumsOf, readChainFolder } from '../../authoring/chain-folder.js';
import { checkChain } from '../../authoring/check-chain.js';
import { extendLock } from '../../authoring/lock-check.js';
import { formatLock, LOCK_FILE, type LockedLine, readLock } from '../../authoring/lock-file.js';
import { replaceFile } from '../../authoring/write-file.js';
import { nodeEngine } from '../chain.js';
import type { Command } from '../command.js';
import { findingLines, tally } from '../findings.js';

export const lock: Command = {
  name: 'lock',
  summary: `add the new files to ${LOCK_FILE}, as released`,
  details: [
    'A file that is in it never changes again. Lines are added only, once the whole chain passes the lint.',
    '--force makes the line of one file anew, or removes it when the file is gone. It is for a file that nobody has run but you:',
    'every database that ran the old one refuses to open with the new one.',
  ],
  options: { force: { value: '<file>', summary: 'make the line of this file anew' } },
  async run(invocation) {
    const { folder: path, io, options } = invocation;
    const [engine, folder, locked = []] = await Promise.all([nodeEngine(), readChainFolder(path), readLock(path)]);
    const forced = options['force'];
    const kept = typeof forced === 'string' ? linesBefore(forced, locked, folder) : locked;
    const { findings, hasErrors, schemas, unlocked } = await checkChain(engine, folder, kept);
    if (hasErrors) {
      const text = [...findingLines(findings, invocation), `Nothing was locked: ${tally(findings)}.`].join('\n');
      return { isFine: false, json: { findings, locked: [] }, text };
    }
    chainOf(folder);
    const content = formatLock(extendLock(kept, checksumsOf(folder), schemas));
    if (unlocked.length > 0 || forced !== undefined) await replaceFile(join(path, LOCK_FILE), content, io.files && { files: io.files });
    const said = unlocked.map((name) => `locked ${name}`);
    return { isFine: true, json: { findings, locked: unlocked }, text: said.join('\n') || 'Every file is locked already.' };
  },
};

/**
 * The lines above the forced one. Those below are made again, since each holds a sum of all above it.
 *
 * @throws {AuthoringError} `LOCK_REFUSED` when the file has no line, or one below would come out as another file's.
 */
function linesBefore(forced: string, locked: readonly LockedLine[], folder: ChainFolder): readonly LockedLine[] {
  const at = locked.findIndex(({ name }) => name === forced);
  if (at < 0) {
    const message = `${forced} is no file in it. --force takes a name that stands there; without --force, new files are added.`;
    throw new AuthoringError('LOCK_REFUSED', { file: LOCK_FILE }, message);
  }
  const checksums = checksumsOf(folder);
  const changed = locked.slice(at + 1).find(({ name, checksum }) => checksums.get(name) !== checksum);
  if (changed) {
    const message = `${changed.name} changed, or is gone, too. Restore it, or force the last file first.`;
    throw new AuthoringError('LOCK_REFUSED', { file: LOCK_FILE, line: changed.line, column: 1 }, message);
  }
  return locked.slice(0, at);
}
