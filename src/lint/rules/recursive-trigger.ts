import type { RuleGroup } from '../rule.js';
import { updatesOf } from '../trigger.js';

export const recursiveTrigger: RuleGroup = {
  rules: [
    {
      id: 'L038',
      severity: 'info',
      title: 'A trigger without WHEN that updates its own table',
      why: 'It would fire itself for ever where recursive_triggers is on; it ends only because that is off by default.',
      instead: 'Add WHEN with what must still be done, such as WHEN NEW.updated_at IS OLD.updated_at, or name the columns: UPDATE OF.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const { action, lexemes } = step;
    if (action.kind !== 'create-trigger' || action.event !== 'UPDATE' || action.hasWhen) return [];
    const fires = action.columns.map((column) => column.toLowerCase());
    const firesItself = updatesOf(lexemes, action.body, action.table).some(
      (columns) => fires.length === 0 || columns.some((column) => fires.includes(column)),
    );
    return firesItself ? [{ rule: 'L038', at: action.at, step }] : [];
  },
};
