import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { type AdoptOptions, planAdoption, type SchemaSnapshot } from '../../src/migrate/adopt.js';
import { differences } from '../../src/migrate/differences.js';
import type { Adoption } from '../../src/migrate/plan.js';
import { readStructure } from '../../src/migrate/structure.js';
import { openConnection } from '../engine/open-connection.js';
import { modelsSql } from './models.js';
import { snapshotsOf, vibesurfScripts } from './schemas.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const vibesurf = snapshotsOf(vibesurfScripts);
/** The third file may run again: it converts what only databases without the chain have. */
const files = vibesurfScripts.map((sql, at) => ({ version: at + 1, rerun: at === 2 ? `${sql};\n` : '', changesRows: at === 2 }));

/** Runs a plan as the chain is run, and compares what came of it with the version. */
function adopt(snapshots: readonly SchemaSnapshot[], options: AdoptOptions = {}): Adoption {
  const plan = planAdoption(connection, snapshots, options);
  connection.script(`PRAGMA foreign_keys = OFF; BEGIN; ${plan.script}; COMMIT; PRAGMA foreign_keys = ON`);
  const expected = snapshots[plan.version - 1]?.structure ?? new Map();
  const found = new Map(
    [...readStructure(connection)].filter(
      ([, { table }]) => expected.has(`table\n${table}\n${table}`) || expected.has(`view\n${table}\n${table}`),
    ),
  );
  expect(differences(found, expected)).toEqual([]);
  expect(connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
  return plan;
}

/** The plan for a database that one script made, against a chain of others. */
function planOf(found: string, ...chain: string[]): Adoption {
  connection.script(found);
  return adopt(snapshotsOf(chain));
}

describe('a database that fits a version', () => {
  for (const [index, version] of [1, 2, 2, 4, 5, 6, 7, 8].entries()) {
    it(`is adopted at the lowest that it fits: made by ${index + 1} files, at ${version}`, () => {
      for (const sql of vibesurfScripts.slice(0, index + 1)) connection.script(sql);
      expect(planAdoption(connection, vibesurf, { files })).toEqual({ version, repairs: [], script: '' });
    });
  }

  it('may have tables, views and triggers that are nobody else’s', () => {
    for (const sql of vibesurfScripts) connection.script(sql);
    connection.script(`
      CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY CHECK (version_num <> ''));
      CREATE UNIQUE INDEX ix_alembic ON alembic_version (version_num);
      CREATE TRIGGER alembic_changed AFTER UPDATE ON alembic_version BEGIN SELECT 1; END;
      CREATE VIEW alembic AS SELECT version_num FROM alembic_version;
      CREATE VIEW alembic_two AS SELECT * FROM alembic;`);
    expect(planAdoption(connection, vibesurf)).toEqual({ version: 8, repairs: [], script: '' });
  });
});

const LLM =
  "INSERT INTO llm_profiles (profile_id, profile_name, provider, model, temperature, is_active, is_default, created_at, updated_at) VALUES ('p1', 'One', 'openai', 'm', 0.7, 1, 0, '2025-01-02 03:04:05', '2025-01-02 03:04:05.123456')";
const task = (id: string, status: string, mode = ", 'thinking'") =>
  `INSERT INTO tasks (task_id, session_id, task_description, status, llm_profile_name, created_at, updated_at, task_metadata${mode && ', agent_mode'}) VALUES ('${id}', 's', 'Größe ''x'' 😀', '${status}', 'One', '2025-01-02 03:04:05', '2025-01-02 03:04:05', 'null'${mode})`;

describe('a database made from the models', () => {
  it('at the head is repaired to the head, with every row and value', () => {
    connection.script(`${modelsSql(8)}; ${LLM}; ${task('t1', 'PENDING')}; ${task('t2', 'completed')}; DELETE FROM tasks WHERE task_id = 't1'; ${task('t3', 'RUNNING')};
      INSERT INTO workflow_skills (id, flow_id, add_to_skill, workflow_expose_config, created_at, updated_at) VALUES
        ('w1', 'f1', 1, '{"a": 1}', 'x', 'y'), ('w2', 'f2', 0, NULL, 'x', 'y'), ('w3', 'f3', 0, '12', 'x', 'y');
      INSERT INTO uploaded_files VALUES ('u1', 'a', 'b', 'c', NULL, 9007199254740993, 'text/plain', 'now', 'r', 0, NULL);
      CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
      CREATE TRIGGER alembic_watches AFTER UPDATE ON alembic_version BEGIN DELETE FROM tasks WHERE 0; END;`);
    const tables = vibesurf.at(-1)?.objects.filter(({ type }) => type === 'table') ?? [];
    const contents = () =>
      tables.map(({ name }) => {
        const columns = connection.script(`SELECT name FROM pragma_table_xinfo('${name}') ORDER BY name`);
        return connection.script(`SELECT rowid, ${columns.map(([column]) => `quote(${column})`).join(', ')} FROM ${name} ORDER BY rowid`);
      });
    const found = contents();
    const plan = adopt(vibesurf, { files });
    expect(plan.version).toBe(8);
    expect(plan.repairs).toMatchInlineSnapshot(`
      [
        "composio_toolkits.enabled is boolean not null, expected boolean not null default 0",
        "composio_toolkits.created_at is datetime not null, expected datetime not null default current_timestamp",
        "composio_toolkits.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "trigger update_composio_toolkits_updated_at on composio_toolkits is missing",
        "credentials.id is varchar(36) not null, expected varchar(36)",
        "credentials.created_at is datetime not null, expected datetime not null default current_timestamp",
        "credentials.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "trigger update_credentials_updated_at on credentials is missing",
        "llm_profiles.is_active is boolean not null, expected boolean not null default 1",
        "llm_profiles.is_default is boolean not null, expected boolean not null default 0",
        "llm_profiles.created_at is datetime not null, expected datetime not null default current_timestamp",
        "llm_profiles.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "trigger update_llm_profiles_updated_at on llm_profiles is missing",
        "mcp_profiles.is_active is boolean not null, expected boolean not null default 1",
        "mcp_profiles.created_at is datetime not null, expected datetime not null default current_timestamp",
        "mcp_profiles.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "trigger update_mcp_profiles_updated_at on mcp_profiles is missing",
        "schedules.id is varchar(36) not null, expected varchar(36)",
        "schedules.is_enabled is boolean not null, expected boolean not null default 1",
        "schedules.execution_count is bigint not null, expected bigint not null default 0",
        "schedules.created_at is datetime not null, expected datetime not null default current_timestamp",
        "schedules.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "trigger update_schedules_updated_at on schedules is missing",
        "tasks.status is varchar(9) not null, expected varchar(9) not null default 'pending'",
        "tasks.created_at is datetime not null, expected datetime not null default current_timestamp",
        "tasks.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "tasks.agent_mode is varchar(50) not null, expected varchar(50) default 'thinking'",
        "tasks lacks CHECK (status in ('pending', 'running', 'paused', 'completed', 'failed', 'stopped'))",
        "trigger update_tasks_updated_at on tasks is missing",
        "uploaded_files.upload_time is datetime not null, expected datetime not null default current_timestamp",
        "uploaded_files.is_deleted is boolean not null, expected boolean not null default 0",
        "index ix_uploaded_files_original_filename on uploaded_files is not expected",
        "index ix_uploaded_files_session_id on uploaded_files is not expected",
        "index ix_uploaded_files_upload_time on uploaded_files is not expected",
        "index ix_uploaded_files_is_deleted on uploaded_files is not expected",
        "voice_profiles.is_active is boolean not null, expected boolean not null default 1",
        "voice_profiles.created_at is datetime not null, expected datetime not null default current_timestamp",
        "voice_profiles.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "voice_profiles lacks CHECK (voice_model_type in ('asr', 'tts'))",
        "trigger update_voice_profiles_updated_at on voice_profiles is missing",
        "workflow_skills.id is varchar(36) not null, expected varchar(36)",
        "workflow_skills.add_to_skill is boolean not null, expected boolean not null default 0",
        "workflow_skills.workflow_expose_config is json, expected text",
        "workflow_skills.created_at is datetime not null, expected datetime not null default current_timestamp",
        "workflow_skills.updated_at is datetime not null, expected datetime not null default current_timestamp",
        "index idx_workflow_skills_enabled on workflow_skills, (add_to_skill), is missing",
        "trigger update_workflow_skills_updated_at on workflow_skills is missing",
        "index idx_workflow_skills_add_to_skill on workflow_skills is not expected",
      ]
    `);
    // Besides the statuses, only a number in a column that was declared JSON is another value: a text where TEXT is declared.
    const changes: Record<string, string> = { "'PENDING'": "'pending'", "'RUNNING'": "'running'", 12: "'12'" };
    expect(contents()).toEqual(found.map((rows) => rows.map((row) => row.map((value) => changes[String(value)] ?? value))));
    expect(connection.script("SELECT name FROM sqlite_schema WHERE tbl_name = 'alembic_version' ORDER BY 1")).toEqual([
      ['alembic_version'],
      ['alembic_watches'],
    ]);
    expect(planAdoption(connection, vibesurf)).toMatchObject({ version: 8, script: '' });
  });

  for (const [head, version] of [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 4],
    [5, 5],
    [6, 6],
    [7, 7],
  ] as const) {
    it(`at head ${head} is repaired to version ${version}, whatever the case of its statuses`, () => {
      connection.script(`${modelsSql(head)}; ${task('t1', 'PENDING', head === 1 ? '' : undefined)}`);
      expect(adopt(vibesurf, { files }).version).toBe(version);
      expect(connection.script('SELECT task_id, status FROM tasks')).toEqual([['t1', 'pending']]);
    });
  }

  it('and rows that a CHECK forbids is stopped by SQLite, which names the CHECK', () => {
    connection.script(`${modelsSql(8)}; ${task('t1', 'waiting')}`);
    const { script } = planAdoption(connection, vibesurf, { files });
    expect(() => connection.script(`BEGIN; ${script}`)).toThrow(/CHECK constraint failed: status IN/);
    connection.script('ROLLBACK');
    expect(connection.script('SELECT status FROM tasks')).toEqual([['waiting']]);
  });
});

describe('a repair', () => {
  it('begins with what converts rows: of its version, and of later files while nothing else changes rows or their tables', () => {
    connection.script('CREATE TABLE t (a)');
    const chain = ['CREATE TABLE t (a CHECK (a > 0))', 'SELECT 1', 'CREATE TABLE u (b)', 'SELECT 3', 'UPDATE u SET b = 1', 'SELECT 5'];
    const conversionsOf = (changing: readonly number[], ...marked: number[]) => {
      const files = chain.map((_, at) => {
        const sql = at === 4 ? 'UPDATE u SET b = 1;\n' : `SELECT ${at + 1};\n`;
        return { version: at + 1, rerun: marked.includes(at + 1) ? sql : '', changesRows: changing.includes(at + 1) };
      });
      const plan = planAdoption(connection, snapshotsOf(chain), { files });
      expect(plan.version).toBe(1);
      expect(plan.script).toContain('ALTER TABLE _new_t RENAME TO t;');
      return plan.script.slice(0, plan.script.indexOf('--'));
    };
    expect(conversionsOf([])).toBe('');
    expect(conversionsOf([1], 1)).toBe('SELECT 1;\n');
    expect(conversionsOf([], 2, 4)).toBe('SELECT 2;\nSELECT 4;\n');
    // A file that is not marked and changes rows ends it, as does one that changes the schema, and one whose table is not there.
    expect(conversionsOf([2], 4)).toBe('');
    expect(conversionsOf([], 2, 3, 4)).toBe('SELECT 2;\n');
    expect(conversionsOf([], 2, 4, 5, 6)).toBe('SELECT 2;\nSELECT 4;\n');
  });

  const repaired: Record<string, [found: string, expected: string, repairs: string[]]> = {
    'adds what a table lacks': [
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a TEXT, b, c, d); INSERT INTO t (rowid, a, b, c, d) VALUES (7, 'x', 1, 2, NULL)",
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a TEXT NOT NULL DEFAULT 'y' COLLATE NOCASE, b UNIQUE, c CHECK (c > 1), d REFERENCES p)",
      [
        "t.a is text, expected text not null default 'y' collate nocase",
        't lacks CHECK (c > 1)',
        't lacks UNIQUE (b)',
        't lacks FOREIGN KEY (d) references p (id)',
      ],
    ],
    'takes away what does not belong': [
      'CREATE TABLE t (a DEFAULT 1 CHECK (a > 0)); CREATE INDEX ix ON t (a)',
      'CREATE TABLE t (a)',
      ['t.a is no type default 1, expected no type', 'CHECK (a > 0) of t is not expected', 'index ix on t is not expected'],
    ],
    'leaves a table alone whose indexes and triggers only are different': [
      'CREATE TABLE t (a, b); CREATE INDEX x ON t (a); CREATE INDEX y ON t (b); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END',
      'CREATE TABLE t (a, b); CREATE INDEX y ON t (a, b); CREATE UNIQUE INDEX z ON t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 2; END; CREATE TRIGGER s AFTER INSERT ON t BEGIN SELECT 3; END',
      [
        'index y on t is (b), expected (a, b)',
        'index z on t, unique (a), is missing',
        'trigger r on t does something else than expected',
        'trigger s on t is missing',
        'index x on t is not expected',
      ],
    ],
    'makes a UNIQUE of a unique index, and the other way round': [
      'CREATE TABLE t (a, b, c PRIMARY KEY, UNIQUE (b)); CREATE UNIQUE INDEX ux ON t (a); CREATE UNIQUE INDEX uz ON t (c)',
      'CREATE TABLE t (a UNIQUE, b, c PRIMARY KEY); CREATE UNIQUE INDEX uy ON t (b)',
      [
        't lacks UNIQUE (a)',
        'index uy on t, unique (b), is missing',
        'UNIQUE (b) of t is not expected',
        'index ux on t is not expected',
        'index uz on t is not expected',
      ],
    ],
    'corrects views, and creates the triggers of a view again': [
      'CREATE TABLE t (a); CREATE VIEW v AS SELECT 1 AS a; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.a); END',
      'CREATE TABLE t (a CHECK (a)); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.a); END',
      ['t lacks CHECK (a)', 'view v does something else than expected', 'view w is missing'],
    ],
    'creates the triggers of a view again that alone is different': [
      'CREATE TABLE t (a); CREATE VIEW v AS SELECT 1 AS a; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END',
      'CREATE TABLE t (a); CREATE VIEW v AS SELECT 2 AS a; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END',
      ['view v does something else than expected'],
    ],
    'keeps the sequence of an AUTOINCREMENT, and what refers to a table': [
      'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); CREATE TABLE c (t REFERENCES t ON DELETE CASCADE); INSERT INTO t VALUES (1, 1), (9, 9); DELETE FROM t WHERE id = 9; INSERT INTO c VALUES (1)',
      'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a NOT NULL); CREATE TABLE c (t INTEGER REFERENCES t ON DELETE CASCADE)',
      ['c.t is no type, expected integer', 't.a is no type, expected no type not null'],
    ],
  };
  for (const [name, [found, expected, repairs]] of Object.entries(repaired)) {
    it(name, () => {
      connection.script(found);
      const rows = () => connection.script('SELECT rowid, * FROM t ORDER BY rowid');
      const kept = rows();
      const plan = adopt(snapshotsOf([expected]));
      expect(plan.repairs).toEqual(repairs);
      expect(rows()).toEqual(kept);
      if (name.startsWith('leaves')) expect(plan.script).not.toContain('DROP TABLE');
      if (name.startsWith('keeps')) {
        connection.script('INSERT INTO t (a) VALUES (2)');
        expect(connection.script('SELECT max(id) FROM t')).toEqual([[10]]);
        connection.script('DELETE FROM t WHERE id = 1');
        expect(connection.script('SELECT count(*) FROM c')).toEqual([[0]]);
      }
    });
  }

  it('gives back what is nobody else’s and had to make way', () => {
    planOf(
      `CREATE TABLE t (a); CREATE TABLE mine (b); CREATE VIEW my_view AS SELECT b FROM mine;
       CREATE TRIGGER my_trigger AFTER INSERT ON mine BEGIN INSERT INTO t VALUES (NEW.b); END;`,
      'CREATE TABLE t (a CHECK (a > 0))',
    );
    connection.script('INSERT INTO mine VALUES (4)');
    expect(connection.script('SELECT a FROM t UNION ALL SELECT b FROM my_view')).toEqual([[4], [4]]);
  });

  it('goes to the version with the fewest differences, of equals to the lowest', () => {
    const chain = ['CREATE TABLE t (a, b CHECK (b > 0))', 'CREATE INDEX x ON t (a)', 'CREATE INDEX y ON t (b)'];
    const versionOf = (sql: string) => {
      connection.close();
      connection = openConnection();
      return planOf(sql, ...chain).version;
    };
    expect(versionOf('CREATE TABLE t (a, b)')).toBe(1);
    expect(versionOf('CREATE TABLE t (a, b); CREATE INDEX x ON t (a)')).toBe(2);
    expect(versionOf('CREATE TABLE t (a, b); CREATE INDEX x ON t (a); CREATE INDEX y ON t (b)')).toBe(3);
    expect(versionOf('CREATE TABLE t (a, b); CREATE INDEX z ON t (b)')).toBe(1);
  });
});
