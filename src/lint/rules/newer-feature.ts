import { FEATURES } from '../feature.js';
import type { RuleGroup } from '../rule.js';

export const newerFeature: RuleGroup = {
  rules: [
    {
      id: 'L035',
      severity: 'warning',
      title: 'A feature that is newer than the oldest SQLite that has to read the files',
      why: 'That SQLite cannot run the file.',
      instead: 'Write it without the feature, or raise minimumSqlite.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const minimum = step.file.options.minimumSqlite;
    if (minimum === undefined) return [];
    return FEATURES.filter(({ since }) => isOlder(minimum, since)).flatMap(({ name, since, find }) => {
      const at = find(step);
      return at ? [{ rule: 'L035', at, step, why: `${name} came with SQLite ${since}; ${minimum} cannot run the file.` }] : [];
    });
  },
};

/** Whether a version comes before another; a part that is left out is 0. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
