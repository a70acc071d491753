import type { SchemaObject } from '../migrate/schema-object.js';

const ORDER: Readonly<Record<SchemaObject['type'], number>> = { table: 0, view: 1, index: 2, trigger: 3 };

/**
 * Objects in an order that does not depend on how they came to be: the tables by name, each before its indexes and triggers,
 * then the views in the same way.
 */
export function inStableOrder(objects: readonly SchemaObject[]): SchemaObject[] {
  const sorted = [...objects].sort((a, b) => ORDER[a.type] - ORDER[b.type] || (a.name < b.name ? -1 : 1));
  const partsOf = (owner: SchemaObject) => sorted.filter((each) => isPart(each) && each.table.toLowerCase() === owner.name.toLowerCase());
  return sorted.filter((object) => !isPart(object)).flatMap((owner) => [owner, ...partsOf(owner)]);
}

function isPart({ type }: SchemaObject): boolean {
  return type === 'index' || type === 'trigger';
}
