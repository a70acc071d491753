// @vitest-environment node

import { chmodSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/authoring/write-file.js';
import {
  BACKUP,
  makeProject,
  NOW,
  type Project,
  queryBytes,
  sqliteBytes,
  tablite,
  tabliteJson,
  VERSION_1,
  withFile,
} from './projects/project.js';

const namesOf = ({ path }: Project) =>
  readdirSync(path)
    .filter((name) => name.startsWith('notes.sqlite'))
    .sort();
const query = (project: Project, sql: string, name = 'notes.sqlite') => queryBytes(project.bytes(name), sql);

describe('tablite plan', () => {
  it('shows the steps and changes nothing', async () => {
    const project = await withFile();
    const before = project.bytes('notes.sqlite');
    expect(await tablite(project, ['plan', 'notes.sqlite'])).toEqual({
      code: 0,
      stdout: 'From version 1 to 3:\n  2  v002_add_color.sql\n  3  v003_shout.ts\n',
      stderr: '',
    });
    expect(project.bytes('notes.sqlite')).toEqual(before);
    expect(namesOf(project)).toEqual(['notes.sqlite']);
  });

  it('--to goes less far', async () => {
    const project = await withFile();
    expect(await tabliteJson(project, ['plan', 'notes.sqlite', '--to', '2'])).toMatchObject({
      code: 0,
      value: { from: 1, to: 2, steps: [{ version: 2, name: 'v002_add_color.sql', checksum: expect.stringMatching(/^[0-9a-f]{64}$/) }] },
    });
    expect(await tabliteJson(project, ['plan', 'notes.sqlite', '--to', '9'])).toMatchObject({ code: 2 });
  });

  it('adopts a file that was made without the chain', async () => {
    const project = await withFile(VERSION_1.replace('= 1', '= 0'));
    expect((await tablite(project, ['plan', 'notes.sqlite'])).stdout).toMatch(/^From version 0 to 3:\n {2}1 {2}adopted, as it is\n/);
  });

  it('and status fail where rows would stand in the way of migrate, and change nothing', async () => {
    const project = await withFile('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES (1);');
    project.write('migrations/v001_notes.sql', "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT CHECK (text <> '1'));\n");
    const before = project.bytes('notes.sqlite');
    expect(await tabliteJson(project, ['plan', 'notes.sqlite'])).toMatchObject({ code: 1, value: { error: { code: 'ADOPT_ROWS' } } });
    expect(await tabliteJson(project, ['status', 'notes.sqlite'])).toMatchObject({
      code: 1,
      value: { problem: expect.stringContaining('rows do not fit'), adoption: { version: 1 } },
    });
    const { stdout } = await tablite(project, ['status', 'notes.sqlite']);
    expect(stdout).toMatch(/Made without the chain, and like version 1 but for what is repaired:\n {2}notes lacks CHECK/);
    expect(project.bytes('notes.sqlite')).toEqual(before);
  });

  it.each([
    ['that is not there', undefined, 'FILE_MISSING'],
    ['that is empty', new Uint8Array(0), 'IMPORT_EMPTY'],
    ['that is no database', new TextEncoder().encode('x'.repeat(4096)), 'IMPORT_NOT_A_DATABASE'],
  ])('refuses a file %s', async (_what, bytes, code) => {
    const project = makeProject();
    if (bytes) project.write('notes.sqlite', bytes);
    expect(await tabliteJson(project, ['plan', 'notes.sqlite'])).toMatchObject({ code: 1, value: { error: { code } } });
  });
});

it.each(['plan', 'status', 'migrate'])('tablite %s refuses a file that is not all of the database', async (command) => {
  const project = await withFile();
  project.write('notes.sqlite-wal', 'changes');
  expect(await tabliteJson(project, [command, 'notes.sqlite'])).toMatchObject({
    code: 1,
    value: { error: { code: 'FILE_IN_USE', file: 'notes.sqlite' } },
  });
});

describe('tablite migrate', () => {
  it('brings the file forward, and keeps it as it was beside it', async () => {
    const project = await withFile(`${VERSION_1} UPDATE notes SET text = 'kept'`);
    const before = project.bytes('notes.sqlite');
    const { code, stdout } = await tablite(project, ['migrate', 'notes.sqlite'], { now: NOW });
    expect([code, stdout]).toEqual([
      0,
      `From version 1 to 3:\n  2  v002_add_color.sql\n  3  v003_shout.ts\nThe file as it was: ${BACKUP}\n`,
    ]);
    expect(namesOf(project)).toEqual(['notes.sqlite', BACKUP]);
    expect(project.bytes(BACKUP)).toEqual(before);
    expect(await query(project, 'SELECT text, color FROM notes')).toEqual([['kept', 'white']]);
    expect(await query(project, 'PRAGMA user_version')).toEqual([[3]]);
    expect(await query(project, 'PRAGMA integrity_check')).toEqual([['ok']]);
    expect(await query(project, 'SELECT version, applied_at FROM tablite_history')).toEqual([
      [2, '2026-01-31T09:30:00.000Z'],
      [3, '2026-01-31T09:30:00.000Z'],
    ]);
  });

  it('has nothing to do the second time, and makes no copy', async () => {
    const project = await withFile();
    await tablite(project, ['migrate', 'notes.sqlite', '--no-backup']);
    const after = project.bytes('notes.sqlite');
    expect(await tabliteJson(project, ['migrate', 'notes.sqlite'])).toMatchObject({ code: 0, value: { from: 3, steps: [], backup: null } });
    expect(project.bytes('notes.sqlite')).toEqual(after);
    expect(namesOf(project)).toEqual(['notes.sqlite']);
  });

  it('--to stops earlier; --no-backup keeps no copy', async () => {
    const project = await withFile();
    expect(await tabliteJson(project, ['migrate', 'notes.sqlite', '--to', '2', '--no-backup'])).toMatchObject({
      code: 0,
      value: { from: 1, to: 2, backup: null },
    });
    expect(await query(project, 'PRAGMA user_version')).toEqual([[2]]);
    expect(namesOf(project)).toEqual(['notes.sqlite']);
  });

  it('keeps the permissions, the journal mode, and a link to the file', async () => {
    const project = await withFile();
    const bytes = project.bytes('notes.sqlite');
    bytes.fill(2, 18, 20);
    project.write('notes.sqlite', bytes);
    chmodSync(`${project.path}/notes.sqlite`, 0o640);
    symlinkSync('notes.sqlite', `${project.path}/link.sqlite`);
    expect(await tablite(project, ['migrate', 'link.sqlite'], { now: NOW })).toMatchObject({ code: 0 });
    expect(project.bytes(BACKUP)).toEqual(bytes);
    const after = project.bytes('notes.sqlite');
    expect([...after.subarray(18, 20)]).toEqual([2, 2]);
    expect(statSync(`${project.path}/notes.sqlite`).mode & 0o777).toBe(0o640);
    expect(project.bytes('link.sqlite')).toEqual(after);
    // Without the two bytes it is a file in rollback mode, which sql.js can read.
    after.fill(1, 18, 20);
    expect(await queryBytes(after, 'PRAGMA user_version')).toEqual([[3]]);
  });

  it('leaves everything as it was when a step fails', async () => {
    const project = await withFile();
    project.write('migrations/v004_bad.sql', '-- Version 4.\nINSERT INTO notes (id) SELECT id FROM notes;\n');
    const before = project.bytes('notes.sqlite');
    expect(await tabliteJson(project, ['migrate', 'notes.sqlite'])).toMatchObject({
      code: 1,
      value: { error: { code: 'MIGRATION_SQL', file: 'v004_bad.sql', line: 2, column: 1 } },
    });
    expect(project.bytes('notes.sqlite')).toEqual(before);
    expect(namesOf(project)).toEqual(['notes.sqlite']);
  });

  it.each([
    ['wal', 'changes'],
    ['shm', 'an index'],
    ['journal', 'changes'],
  ])('refuses a file beside which a -%s has %s', async (suffix, content) => {
    const project = await withFile();
    project.write(`notes.sqlite-${suffix}`, content);
    const before = project.bytes('notes.sqlite');
    expect(await tabliteJson(project, ['migrate', 'notes.sqlite'])).toMatchObject({
      code: 1,
      value: { error: { code: 'FILE_IN_USE', message: expect.stringContaining('Close that program') } },
    });
    expect(project.bytes('notes.sqlite')).toEqual(before);
  });

  it.each([
    ['wal', new Uint8Array(0)],
    ['journal', new Uint8Array(512)],
  ])('takes a -%s that is done with', async (suffix, content) => {
    const project = await withFile();
    project.write(`notes.sqlite-${suffix}`, content);
    expect(await tablite(project, ['migrate', 'notes.sqlite'])).toMatchObject({ code: 0 });
  });

  it('refuses a file that is newer, and one that a changed file made', async () => {
    const project = await withFile(VERSION_1.replace('= 1', '= 4'));
    expect(await tabliteJson(project, ['migrate', 'notes.sqlite'])).toMatchObject({ code: 1, value: { error: { code: 'NEWER_SCHEMA' } } });
    const other = await withFile();
    await tablite(other, ['migrate', 'notes.sqlite']);
    other.write('migrations/v002_add_color.sql', "-- Version 2.\nALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'red';\n");
    expect(await tabliteJson(other, ['migrate', 'notes.sqlite'])).toMatchObject({
      code: 1,
      value: { error: { code: 'MIGRATION_EDITED' } },
    });
  });

  it('runs no file that is not as it was locked', async () => {
    const project = await withFile();
    await tablite(project, ['lock']);
    project.write('migrations/v002_add_color.sql', "-- Version 2.\nALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'red';\n");
    const before = project.bytes('notes.sqlite');
    expect(await tabliteJson(project, ['migrate', 'notes.sqlite'])).toMatchObject({
      code: 1,
      value: { error: { code: 'LOCK_EDITED', file: 'v002_add_color.sql' } },
    });
    expect(project.bytes('notes.sqlite')).toEqual(before);
  });

  describe('while files are written', () => {
    const NODE: FileSystem = { open, rename, rm };
    const fail = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
    /** Fails at the nth file that is opened for writing, after half of it. */
    const fullAt = (nth: number): FileSystem => {
      let opened = 0;
      return {
        ...NODE,
        async open(path, flags, mode) {
          const file = await open(path, flags, mode);
          if (++opened !== nth) return file;
          const writeFile = async (content: unknown) => {
            await file.writeFile((content as Uint8Array).subarray(0, 1000));
            return fail('ENOSPC');
          };
          return { writeFile, sync: () => file.sync(), close: () => file.close() };
        },
      };
    };

    it.each([
      ['the copy does not fit', () => fullAt(1), 1],
      ['the new file does not fit', () => fullAt(2), 2],
      ['the new file cannot take the name', (): FileSystem => ({ ...NODE, rename: () => fail('EBUSY') }), 2],
    ])('the file is whole and the old one when %s', async (_when, files, left) => {
      const project = await withFile();
      const before = project.bytes('notes.sqlite');
      expect(await tabliteJson(project, ['migrate', 'notes.sqlite'], { files: files(), now: NOW })).toMatchObject({
        code: 1,
        value: { error: { code: 'FILE_WRITE' } },
      });
      expect(project.bytes('notes.sqlite')).toEqual(before);
      expect(namesOf(project)).toHaveLength(left);
      // Nothing stands in the way of the next attempt.
      expect(await tablite(project, ['migrate', 'notes.sqlite'])).toMatchObject({ code: 0 });
    });

    it('another program that opened it meanwhile keeps its file', async () => {
      const project = await withFile();
      const before = project.bytes('notes.sqlite');
      const meddling: FileSystem = {
        ...NODE,
        open: (path, flags, mode) => {
          if (path.endsWith('.bak')) project.write('notes.sqlite-wal', 'changes');
          return open(path, flags, mode);
        },
      };
      expect(await tabliteJson(project, ['migrate', 'notes.sqlite'], { files: meddling })).toMatchObject({
        code: 1,
        value: { error: { code: 'FILE_IN_USE' } },
      });
      expect(project.bytes('notes.sqlite')).toEqual(before);
    });

    it('another program that wrote meanwhile keeps what it wrote', async () => {
      const project = await withFile();
      const theirs = await sqliteBytes(`${VERSION_1} INSERT INTO notes (text) VALUES ('theirs');`);
      const meddling: FileSystem = {
        ...NODE,
        open: (path, flags, mode) => {
          if (path.endsWith('.bak')) project.write('notes.sqlite', theirs);
          return open(path, flags, mode);
        },
      };
      expect(await tabliteJson(project, ['migrate', 'notes.sqlite'], { files: meddling })).toMatchObject({
        code: 1,
        value: { error: { code: 'FILE_CHANGED' } },
      });
      expect(project.bytes('notes.sqlite')).toEqual(Buffer.from(theirs));
    });
  });
});
