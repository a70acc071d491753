import type { Plan } from '../../migrate/plan.js';
import { runPlan } from '../../migrate/run.js';
import { readyChain } from '../chain.js';
import type { Command } from '../command.js';
import { versionOption } from '../command-line.js';
import { readSqliteFile } from '../sqlite-file.js';

export const plan: Command = {
  name: 'plan',
  argument: '<file.sqlite>',
  summary: 'show what would bring a SQLite file forward',
  details: ['The files are tried on a copy in memory; nothing is changed. Exit code 1 when one of them fails there.'],
  options: { to: { value: '<version>', summary: 'the version to go to; the last by default' } },
  async run(invocation) {
    const to = versionOption(invocation, 'to');
    const { engine, upgrader } = await readyChain(invocation.folder);
    const { connection } = await readSqliteFile(engine, invocation.argument, invocation.io);
    try {
      const planned = await upgrader.plan(() => connection, to);
      // Rows may stand in the way of what the schema allows: only trying tells.
      await runPlan(connection, planned, { now: Date.now });
      return { isFine: true, json: planJson(planned), text: String(planned) };
    } finally {
      connection.close();
    }
  },
};

/** A plan for `--json`. */
export function planJson({ from, to, adoption, steps }: Plan): Omit<Plan, 'toString'> {
  return { from, to, adoption, steps: steps.map(({ version, name, checksum }) => ({ version, name, checksum })) };
}
