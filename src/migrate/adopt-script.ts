import type { Connection } from '../engine/connection.js';
import { createdName } from './create-statement.js';
import { type Dependants, dependantsOf, dropStatements } from './dependants.js';
import type { Difference } from './differences.js';
import { foldCase } from './normal-sql.js';
import { joinSteps, recreate, replacementSteps } from './rebuild.js';
import type { SchemaObject } from './schema-object.js';

/** What a CREATE TABLE statement says itself, so that only a rebuild changes it. */
const IN_TABLE = new Set(['column', 'check', 'unique', 'foreign key']);

export interface Repair {
  readonly objects: readonly SchemaObject[];
  readonly differences: readonly Difference[];
  readonly expected: readonly SchemaObject[];
}

/**
 * The SQL that takes differences away: tables rebuilt as expected; indexes, triggers and views dropped and created. What
 * has to make way without being of the chain comes back as it was.
 */
export function repairScript(connection: Connection, repair: Repair): string {
  const { objects, expected } = repair;
  const drifted = driftedTables(repair);
  const dropped = droppedObjects(connection, repair, drifted);
  const droppedViews = new Set(dropped.views.map(({ name }) => name));
  const droppedAlone = new Set([...dropped.views, ...dropped.triggers, ...dropped.indexes]);
  const isGone = (object: SchemaObject) => {
    const { type, table } = object;
    return type !== 'table' && (drifted.has(foldCase(table)) || droppedViews.has(table) || droppedAlone.has(object));
  };
  const gone = objects.filter(isGone);
  const remaining = new Set(objects.filter((object) => !isGone(object)).map(identityOf));
  const wanted = new Set(expected.map(identityOf));
  const foreign = gone.filter((object) => object.type !== 'index' && !wanted.has(identityOf(object)));
  const missing = [...expected.filter((object) => !remaining.has(identityOf(object))), ...foreign];
  const drifting = new Map(
    objects.filter(({ type, name }) => type === 'table' && drifted.has(foldCase(name))).map((table) => [identityOf(table), table]),
  );
  const names = new Set(objects.map(({ name }) => foldCase(name)));
  const creating = (type: SchemaObject['type']) => missing.filter((object) => object.type === type).map(recreate);
  return joinSteps([
    ['Views and triggers that are different, or that name a table which is rebuilt.', dropStatements(dropped)],
    ['Indexes that are different.', dropped.indexes.map(({ sql }) => `DROP INDEX ${createdName(sql)}`)],
    ...expected.flatMap((table) => {
      const old = drifting.get(identityOf(table));
      return old ? replacementSteps(old, table.sql, names) : [];
    }),
    ['Indexes as they are to be.', creating('index')],
    ['Views as they are to be.', creating('view')],
    ['Triggers as they are to be, last, so that nothing above fires them.', creating('trigger')],
  ]);
}

/** Tables, in lower case, of which something is different that their CREATE statement says. */
function driftedTables({ differences }: Repair): Set<string> {
  const entries = differences.map(({ found, expected }) => expected ?? found);
  return new Set(entries.flatMap((entry) => (entry && IN_TABLE.has(entry.kind) ? [entry.table] : [])));
}

/** What statements of their own have to drop: the rest goes with a table or a view. */
function droppedObjects(
  connection: Connection,
  { objects, differences }: Repair,
  drifted: ReadonlySet<string>,
): Dependants & { indexes: SchemaObject[] } {
  const dependants = drifted.size > 0 ? dependantsOf(connection, objects, drifted) : { views: [], triggers: [] };
  const different = new Set(differences.flatMap(({ found }) => (found ? [`${found.kind} ${found.name}`] : [])));
  const others = new Set([...dependants.views, ...dependants.triggers]);
  const dropped = (kind: SchemaObject['type']) =>
    objects.filter((object) => {
      if (object.type !== kind || drifted.has(foldCase(object.table))) return false;
      return different.has(identityOf(object)) || others.has(object);
    });
  return { views: dropped('view'), triggers: dropped('trigger'), indexes: dropped('index') };
}

function identityOf({ type, name }: SchemaObject): string {
  return `${type} ${foldCase(name)}`;
}
