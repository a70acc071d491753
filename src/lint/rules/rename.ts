import type { RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

export const rename: RuleGroup = {
  rules: [
    {
      id: 'L021',
      severity: 'warning',
      title: 'A renamed table or column',
      why: 'A tab that has older code open goes on reading by the old name, and fails.',
      instead: 'Keep the old name; or add the new column beside it and drop the old one in a later release.',
      isMandatory: false,
    },
    {
      id: 'L023',
      severity: 'error',
      title: 'A rebuild that renames the old table away first',
      why: 'The foreign keys, triggers and views of other tables follow the old table to its new name, and then to nowhere.',
      instead: 'Create the new table under another name, copy, drop the old one, and then rename the new one.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const { action, file } = step;
    if (action.kind !== 'rename-table' && action.kind !== 'rename-column') return [];
    if (file.isFresh(action.table) || takesOverName(step)) return [];
    return [{ rule: action.kind === 'rename-table' && isMadeAnew(step, action.table) ? 'L023' : 'L021', at: action.at, step }];
  },
};

/** Whether the file makes a table of this name after it renamed the old one, itself or under another name at first. */
function isMadeAnew({ file, index }: Step, table: string): boolean {
  const isTable = (name: string) => name.toLowerCase() === table.toLowerCase();
  return file.steps.slice(index + 1).some(({ action }) => {
    if (action.kind === 'create-table') return isTable(action.table);
    return action.kind === 'rename-table' && isTable(action.to);
  });
}

/** Whether it gives an old table's name to the one that replaces it. */
function takesOverName({ action, file }: Step): boolean {
  return action.kind === 'rename-table' && file.before.table(action.to) !== undefined && file.before.table(action.table) === undefined;
}
