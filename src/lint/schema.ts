/** One object of a schema, as `sqlite_schema` has it. */
export interface SchemaObject {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  /** The table that it belongs to. */
  readonly table: string;
  /** Undefined for the index that SQLite makes for a constraint. */
  readonly sql: string | undefined;
}

/** A schema at one moment. Names are found whatever their case. */
export class Schema {
  readonly #tables = new Map<string, SchemaObject>();
  readonly #attached = new Map<string, SchemaObject[]>();

  constructor(objects: readonly SchemaObject[]) {
    for (const object of objects) {
      if (object.type === 'table') this.#tables.set(object.name.toLowerCase(), object);
      if (object.type !== 'index' && object.type !== 'trigger') continue;
      const table = object.table.toLowerCase();
      const others = this.#attached.get(table);
      if (others) others.push(object);
      else this.#attached.set(table, [object]);
    }
  }

  table(name: string): SchemaObject | undefined {
    return this.#tables.get(name.toLowerCase());
  }

  /** The indexes and triggers of a table that a statement made. */
  attached(table: string): readonly SchemaObject[] {
    return (this.#attached.get(table.toLowerCase()) ?? []).filter(({ sql }) => sql !== undefined);
  }
}
