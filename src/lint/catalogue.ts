import type { Rule, RuleGroup } from './rule.js';
import { addColumn } from './rules/add-column.js';
import { affinity } from './rules/affinity.js';
import { allowance } from './rules/allowance.js';
import { destructive } from './rules/destructive.js';
import { dropColumn } from './rules/drop-column.js';
import { existing } from './rules/existing.js';
import { failure } from './rules/failure.js';
import { fileName } from './rules/file-name.js';
import { foreignKey } from './rules/foreign-key.js';
import { lockFile } from './rules/lock.js';
import { newerFeature } from './rules/newer-feature.js';
import { nondeterministic } from './rules/nondeterministic.js';
import { notBuiltIn } from './rules/not-built-in.js';
import { primaryKey } from './rules/primary-key.js';
import { quotedString } from './rules/quoted-string.js';
import { rebuild } from './rules/rebuild.js';
import { recursiveTrigger } from './rules/recursive-trigger.js';
import { rename } from './rules/rename.js';
import { runnerOwned } from './rules/runner-owned.js';
import { scriptText } from './rules/script-text.js';
import { starCopy } from './rules/star-copy.js';
import { stricter } from './rules/stricter.js';

/** All rules, by what they look at. What says why SQLite refused a statement comes before what only says that it did. */
export const GROUPS: readonly RuleGroup[] = [
  fileName,
  lockFile,
  scriptText,
  runnerOwned,
  addColumn,
  dropColumn,
  destructive,
  rename,
  stricter,
  rebuild,
  starCopy,
  existing,
  quotedString,
  primaryKey,
  foreignKey,
  affinity,
  newerFeature,
  notBuiltIn,
  nondeterministic,
  recursiveTrigger,
  allowance,
  failure,
];

/** Every rule, by id. */
export const RULES: readonly Rule[] = GROUPS.flatMap(({ rules }) => rules).sort((a, b) => (a.id < b.id ? -1 : 1));

const titleById: ReadonlyMap<string, string> = new Map(RULES.map(({ id, title }) => [id, title]));

/** A rule's id with its title, `L020 A statement that destroys rows`. */
export function titled(id: string): string {
  const title = titleById.get(id);
  return title === undefined ? id : `${id} ${title}`;
}
