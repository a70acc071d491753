import { versionOf } from '../../migrate/chain.js';
import type { RuleGroup } from '../rule.js';
import { numberOf } from '../version.js';

const START = { start: 0 };

export const fileName: RuleGroup = {
  rules: [
    {
      id: 'L001',
      severity: 'error',
      title: 'A file name that is not vNNN_words.sql, a number that is there twice, or a gap',
      why: 'The number in the name is the version that the database has afterwards, so a chain that cannot be counted is refused.',
      instead: 'Name it like v012_add_tags.sql: the next free number, at least three digits from 001, then lower-case words.',
      isMandatory: true,
    },
  ],
  ofChain: ({ names }) => {
    let before = { name: '', number: 0 };
    return names.flatMap((file) => {
      const number = numberOf(file);
      const { name: taken, number: last } = before;
      if (versionOf(file) === undefined) {
        if (Number.isFinite(number)) before = { name: file, number };
        return [{ file, rule: 'L001', at: START, why: 'The name is not one that a chain takes.' }];
      }
      before = { name: file, number };
      if (number === last) return [{ file, rule: 'L001', at: START, why: `Version ${number} is taken by ${taken} too.` }];
      if (number === last + 1) return [];
      return [{ file, rule: 'L001', at: START, why: `Expected version ${last + 1} here and found ${number}: versions have no gap.` }];
    });
  },
};
