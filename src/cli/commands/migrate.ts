import { relative } from 'node:path';
import { UsageError } from '../../errors/database-error.js';
import { runPlan } from '../../migrate/run.js';
import { readyChain } from '../chain.js';
import type { Command } from '../command.js';
import { versionOption } from '../command-line.js';
import { backUp, readSqliteFile, writeSqliteFile } from '../sqlite-file.js';
import { planJson } from './plan.js';

export const migrate: Command = {
  name: 'migrate',
  argument: '<file.sqlite>',
  summary: 'bring a SQLite file forward, and keep a copy of it',
  details: [
    'The files run in memory; then the whole result takes the place of the file at once, or nothing does.',
    'No other program may have the file open. The copy is <file>.v<version>-<time>.bak.',
  ],
  options: {
    to: { value: '<version>', summary: 'the version to go to; the last by default' },
    backup: { summary: 'keep a copy, which is the default' },
    'no-backup': { summary: 'keep no copy' },
  },
  async run(invocation) {
    const { io, options, argument } = invocation;
    if (options['backup'] && options['no-backup']) throw new UsageError('--backup and --no-backup exclude each other: give one of them.');
    const to = versionOption(invocation, 'to');
    const { engine, upgrader } = await readyChain(invocation.folder);
    const file = await readSqliteFile(engine, argument, io);
    try {
      const planned = await upgrader.plan(() => file.connection, to);
      if (planned.isEmpty) return { isFine: true, json: { ...planJson(planned), backup: null }, text: String(planned) };
      await runPlan(file.connection, planned, { now: io.now ?? Date.now });
      const copy = options['no-backup'] ? undefined : await backUp(file, planned.from, io);
      await writeSqliteFile(file, io);
      const kept = copy === undefined ? [] : [`The file as it was: ${relative(io.cwd, copy)}`];
      return { isFine: true, json: { ...planJson(planned), backup: copy ?? null }, text: [String(planned), ...kept].join('\n') };
    } finally {
      file.connection.close();
    }
  },
};
