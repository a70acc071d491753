// Makes the databases in test/fixtures, or in the folder given: what the Python backend leaves at each version of the chain, and
// what it makes from its models. The same bytes each time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import initSqlJs from 'sql.js';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, 'test/fixtures');
const { tables } = JSON.parse(readFileSync(join(root, 'test/facts/vibesurf-schema.json'), 'utf8'));
const rowsByTable = JSON.parse(readFileSync(join(root, 'test/fixtures/rows.json'), 'utf8'));
const SQL = await initSqlJs();

const files = readdirSync(join(root, 'migrations'))
  .filter((name) => name.endsWith('.sql'))
  .sort();
for (let version = 1; version <= files.length; version++) {
  const script = files.slice(0, version).map((name) => readFileSync(join(root, 'migrations', name), 'utf8'));
  write(`v${String(version).padStart(3, '0')}.sqlite`, `${script.join('\n')}\nPRAGMA user_version = ${version}`, (row) => row);
}
write('models.sqlite', modelsSql(), ({ status, ...row }) => ({
  ...row,
  ...(status && { status: status.toUpperCase() }),
  ...('agent_mode' in row && { agent_mode: row.agent_mode ?? 'thinking' }),
}));

function write(name, script, change) {
  const db = new SQL.Database();
  db.run(script);
  for (const [table, rows] of Object.entries(rowsByTable)) {
    const columns = db.exec(`SELECT name, type FROM pragma_table_info('${table}')`)[0]?.values ?? [];
    for (const row of columns.length > 0 ? rows.map(change) : []) {
      const list = columns.map(([column]) => column).join(', ');
      // The backend writes JSON as text, of which SQLite makes a number where it is one.
      const values = columns.map(([column, type]) =>
        type === 'JSON' && typeof row[column] === 'number' ? String(row[column]) : row[column],
      );
      db.run(`INSERT INTO ${table} (${list}) VALUES (${columns.map(() => '?').join(', ')})`, values);
    }
  }
  writeFileSync(join(folder, name), db.export());
  db.close();
}

/** No CHECKs, defaults or triggers, keys that are never NULL, and a few indexes of other names. */
function modelsSql() {
  const statements = Object.entries(tables).flatMap(([table, { columns, indexes, unique }]) => [
    `CREATE TABLE ${table} (\n\t${[
      ...columns.map(([name, type, isNotNull, , key]) => {
        const declared = name === 'workflow_expose_config' ? 'JSON' : type;
        return `${name} ${declared}${isNotNull || key > 0 || name === 'agent_mode' ? ' NOT NULL' : ''}`;
      }),
      `PRIMARY KEY (${columns.filter(([, , , , key]) => key > 0).map(([name]) => name)})`,
      ...unique.map((names) => `UNIQUE (${names})`),
    ].join(', \n\t')}\n)`,
    ...indexes.map(({ name, columns: of }) => {
      const called = name === 'idx_workflow_skills_enabled' ? 'idx_workflow_skills_add_to_skill' : name;
      return `CREATE INDEX ${called} ON ${table} (${of.join(', ')})`;
    }),
  ]);
  const extra = ['original_filename', 'session_id', 'upload_time', 'is_deleted'];
  return [...statements, ...extra.map((column) => `CREATE INDEX ix_uploaded_files_${column} ON uploaded_files (${column})`)].join(';\n');
}
