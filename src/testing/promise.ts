import type { Copy, NamedChange } from './named-change.js';

/** The statements of one step, as far as they name what they change. */
export interface StepChanges {
  readonly changes: readonly NamedChange[];
  /** The tables that had a trigger before or after it. */
  readonly triggered: ReadonlySet<string>;
}

/** What steps promise to a table by naming no more than they name. */
export interface RowPromise {
  /** The table at the beginning. */
  readonly table: string;
  /** What it is called at the end. */
  readonly to: string;
  /** Columns whose values stay: what they are called at the end, by what they were called. */
  readonly columns: ReadonlyMap<string, string>;
  /** Whether rows may go, and whether new ones may come. */
  readonly mayLose: boolean;
  readonly mayGain: boolean;
  /** Whether rows were copied into a new table, so that their rowids may be others. */
  readonly isRebuilt: boolean;
}

/** A table on its way through the steps. */
interface Table {
  /** Undefined once it is dropped. */
  name: string | undefined;
  /** What it was called within the step that runs. */
  names: Set<string>;
  /** The table of the beginning that it carries on. */
  root: string | undefined;
  /** What the columns of the root are called, as long as they and their values are kept. */
  columns: Map<string, string>;
  mayLose: boolean;
  mayGain: boolean;
  isRebuilt: boolean;
  /** Columns whose values were computed since it was made; undefined when it may be any. */
  computed: Set<string> | undefined;
  copies: { readonly source: Table; readonly copy: Copy }[];
}

/**
 * What the steps promise to each table that is there before and after them.
 *
 * Rows may go where a DELETE names the table. Values may change where an UPDATE sets their column (any column, if the table has a
 * trigger), an upsert names the table, or a copy computes them. A table that is dropped and stands again under its name at the
 * end of the step is rebuilt: all its rows have to be in the new one. A table that is dropped for good is promised nothing.
 */
export function promisesOf(columnsByTable: ReadonlyMap<string, readonly string[]>, steps: readonly StepChanges[]): RowPromise[] {
  const tables = [...columnsByTable].map(([name, columns]) => tableOf(name, columns));
  for (const { changes, triggered } of steps) {
    for (const table of tables) table.names = new Set(table.name === undefined ? [] : [table.name]);
    const dropped: Table[] = [];
    for (const change of changes) {
      const table = tables.find(({ name }) => name === change.table);
      if (change.what === 'create' && !table) tables.push(tableOf(change.table));
      if (change.what === 'drop' && table?.root !== undefined) dropped.push(table);
      if (table) apply(change, { table, tables, isTriggered: triggered.has(change.table) });
    }
    for (const table of dropped) {
      const heir = tables.find(({ name, root }) => root === undefined && name !== undefined && table.names.has(name));
      if (heir) inherit(heir, table);
    }
  }
  return tables.flatMap(({ name, root, columns, mayLose, mayGain, isRebuilt }) =>
    name === undefined || root === undefined ? [] : [{ table: root, to: name, columns, mayLose, mayGain, isRebuilt }],
  );
}

function tableOf(name: string, columns?: readonly string[]): Table {
  return {
    name,
    names: new Set([name]),
    root: columns && name,
    columns: new Map((columns ?? []).map((column) => [column, column])),
    mayLose: false,
    mayGain: false,
    isRebuilt: false,
    computed: new Set(),
    copies: [],
  };
}

interface Applied {
  readonly table: Table;
  readonly tables: readonly Table[];
  readonly isTriggered: boolean;
}

function apply(change: NamedChange, { table, tables, isTriggered }: Applied): void {
  switch (change.what) {
    case 'create':
      return;
    case 'drop':
      table.name = undefined;
      return;
    case 'rename':
      table.name = change.to;
      table.names.add(change.to);
      return;
    case 'rename column':
      for (const [root, now] of table.columns) if (now === change.column) table.columns.set(root, change.to);
      return;
    case 'drop column':
      compute(table, [change.column]);
      return;
    case 'delete':
      table.mayLose = true;
      return;
    case 'upsert':
      compute(table, undefined);
      return;
    case 'update':
      compute(table, isTriggered ? undefined : change.columns);
      return;
    case 'insert': {
      const source = tables.find(({ name }) => name !== undefined && name === change.copy?.source);
      if (change.copy && source && table.root === undefined) table.copies.push({ source, copy: change.copy });
      else table.mayGain = true;
    }
  }
}

/** The values of these columns are no longer those of the beginning; undefined means all columns. */
function compute(table: Table, columns: readonly string[] | undefined): void {
  for (const [root, now] of table.columns) if (!columns || columns.includes(now)) table.columns.delete(root);
  table.computed = columns && table.computed && new Set([...table.computed, ...columns]);
}

/** A rebuilt table carries on what the one that it stands for was. */
function inherit(heir: Table, table: Table): void {
  const copies = heir.copies.filter(({ source }) => source === table);
  const computed = copies.flatMap(({ copy }): readonly (string | undefined)[] => copy.computed ?? [undefined]);
  const isUnclear = copies.length === 0 || computed.includes(undefined) || heir.computed === undefined;
  const kept = [...table.columns].filter(([, now]) => !computed.includes(now) && !heir.computed?.has(now));
  heir.root = table.root;
  heir.columns = new Map(isUnclear ? [] : kept);
  heir.mayLose ||= table.mayLose;
  heir.mayGain ||= table.mayGain || isUnclear || copies.length < heir.copies.length;
  heir.isRebuilt = true;
}
