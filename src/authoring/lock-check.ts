import type { Finding } from '../lint/finding.js';
import { versionOf } from '../migrate/chain.js';
import { chainValue, LOCK_FILE, type LockedFile, type LockedLine } from './lock-file.js';

/** The first place where the lines of a lock file do not follow from one another, as a list of one or none. */
export function brokenLines(locked: readonly LockedLine[]): Finding[] {
  for (const [index, line] of locked.entries()) {
    const above = locked[index - 1];
    if (versionOf(line.name) !== index + 1) {
      const why = `Version ${index + 1} is expected on this line, and ${line.name} is here${above ? `, below ${above.name}` : ''}.`;
      const instead =
        'Keep the line that is released. Give the file of the other one the next free number, remove its line, and run `npx tablite lock`.';
      return [lockFinding(line, why, instead)];
    }
    if (line.chain !== chainValue(above?.chain ?? '', line.name, line.checksum)) {
      const why = `The chain value of ${line.name} does not follow from the lines above: one was changed, removed or moved by hand.`;
      return [lockFinding(line, why, 'Restore the file from version control.')];
    }
  }
  return [];
}

/** The first version that makes another schema than when it was locked, though its file is the same; a list of one or none. */
export function movedSchemas(locked: readonly LockedLine[], schemas: readonly string[]): Finding[] {
  const line = locked.find(({ schema }, index) => schemas[index] !== undefined && schemas[index] !== schema);
  if (!line) return [];
  const now = schemas[locked.indexOf(line)];
  const why = `${line.name} is as it was locked, and makes another schema now (fingerprint ${line.schema}, now ${now}).`;
  const instead = `Databases that ran it have the old one: undo what changed, such as the version of Tablite. If none has run it: \`npx tablite lock --force ${line.name}\`.`;
  return [lockFinding(line, why, instead)];
}

/** The lines of released files, with those of new files after them. `schemas` are the fingerprints by version, from 1. */
export function extendLock(
  locked: readonly LockedFile[],
  checksums: ReadonlyMap<string, string>,
  schemas: readonly string[],
): readonly LockedFile[] {
  const lines = [...locked];
  const names = new Set(locked.map(({ name }) => name));
  for (const [name, checksum] of checksums) {
    if (names.has(name)) continue;
    // The chain that the schemas were made from has each number once, without a gap.
    const schema = schemas[lines.length] ?? '';
    lines.push({ name, checksum, chain: chainValue(lines.at(-1)?.chain ?? '', name, checksum), schema });
  }
  return lines;
}

function lockFinding({ line }: LockedLine, why: string, instead: string): Finding {
  return { rule: 'L040', severity: 'error', file: LOCK_FILE, line, column: 1, why, instead };
}
