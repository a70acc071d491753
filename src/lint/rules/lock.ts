import type { RuleGroup } from '../rule.js';
import { numberOf } from '../version.js';

const START = { start: 0 };

export const lockFile: RuleGroup = {
  rules: [
    {
      id: 'L040',
      severity: 'error',
      title: 'A released file that was changed, renamed or removed, or a file to be released that is not locked',
      why: 'Databases out there were made by the file as it was released, and refuse to open with another one in its place.',
      instead: 'Restore the file as it was, and put the change in a new one.',
      isMandatory: true,
    },
    {
      id: 'L041',
      severity: 'error',
      title: 'A new file that does not come last',
      why: 'Databases that have already passed its number would never run it.',
      instead: 'Give it the next number behind the last released file.',
      isMandatory: true,
    },
  ],
  ofChain: ({ names, options: { lock = [], checksums } }) => {
    const lockedNames = new Set(lock.map(({ name }) => name));
    const last = lock.reduce((highest, { name }) => Math.max(highest, numberOf(name)), Number.NEGATIVE_INFINITY);
    const broken = lock.flatMap(({ name, checksum }) => {
      const found = checksums?.get(name);
      if (!names.includes(name)) return [{ file: name, rule: 'L040', at: START, why: 'The file was released and is not there any more.' }];
      return found === checksum ? [] : [{ file: name, rule: 'L040', at: START, why: 'The file was changed after it was released.' }];
    });
    const early = names
      .filter((name) => !lockedNames.has(name) && numberOf(name) <= last)
      .map((file) => ({ file, rule: 'L041', at: START, why: `The file is new, and version ${last} is released already.` }));
    return [...broken, ...early];
  },
};
