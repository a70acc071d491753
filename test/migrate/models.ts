import facts from '../facts/vibesurf-schema.json';

type Column = [name: string, type: string, notNull: boolean, defaultValue: string | null, primaryKey: number];

interface TableFacts {
  readonly since: number;
  readonly columns: readonly Column[];
  readonly indexes: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly unique: readonly (readonly string[])[];
  readonly columnsAddedLater?: Partial<Record<string, number>>;
}

// JSON has no tuples: what the file holds is checked against the chain elsewhere.
const tables = Object.entries(facts.tables as unknown as Record<string, TableFacts>);

const EXTRA_INDEXES = ['original_filename', 'session_id', 'upload_time', 'is_deleted']
  .map((column) => `CREATE INDEX ix_uploaded_files_${column} ON uploaded_files (${column});`)
  .join('\n');

/** The schema that the backend makes from its models instead of the chain, as they were at a version. */
export function modelsSql(version: number): string {
  const made = tables.filter(([, { since }]) => since <= version).map(([name, table]) => tableSql(name, table, version));
  return `${made.join('\n')}\n${EXTRA_INDEXES}`;
}

function tableSql(table: string, { columns, indexes, unique, columnsAddedLater }: TableFacts, version: number): string {
  const present = columns.filter(([name]) => (columnsAddedLater?.[name] ?? 0) <= version);
  const parts = [
    ...present.map(([name, type, notNull, , key]) => {
      const declared = name === 'workflow_expose_config' ? 'JSON' : type;
      return `${name} ${declared}${notNull || key > 0 || name === 'agent_mode' ? ' NOT NULL' : ''}`;
    }),
    `PRIMARY KEY (${present.filter(([, , , , key]) => key > 0).map(([name]) => name)})`,
    ...unique.map((names) => `UNIQUE (${names.join(', ')})`),
  ];
  const created = indexes.map(({ name, columns: of }) => {
    const named = name === 'idx_workflow_skills_enabled' ? 'idx_workflow_skills_add_to_skill' : name;
    return `CREATE INDEX ${named} ON ${table} (${of.join(', ')});`;
  });
  return `CREATE TABLE ${table} (\n\t${parts.join(',\n\t')}\n);\n${created.join('\n')}`;
}
