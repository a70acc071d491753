import { rebuildScript } from '../../migrate/rebuild.js';
import { readyChain } from '../chain.js';
import type { Command } from '../command.js';
import { databaseAt } from '../database-at.js';
import { addFile, wordsOf } from './new.js';

export const rebuild: Command = {
  name: 'rebuild',
  argument: '<table>',
  summary: 'make a migration file that rebuilds a table, for you to change its CREATE',
  details: [
    'For what ALTER TABLE cannot do. The file makes the table anew, copies the rows, and makes again what belongs to the table.',
    'It has the CREATE of today: change that, and what is copied.',
  ],
  options: {},
  async run(invocation) {
    const { argument, folder } = invocation;
    const { engine, chain } = await readyChain(folder);
    const connection = await databaseAt(engine, chain);
    try {
      const script = rebuildScript(connection, argument).trimEnd();
      const content = (version: number) =>
        `-- Version ${version}: rebuild ${argument}.\n-- What changes of the table, and why. Change the CREATE, and what is copied, below.\n\n${script}\n`;
      return await addFile(invocation, { words: ['rebuild', ...wordsOf(argument)], ending: 'sql', content });
    } finally {
      connection.close();
    }
  },
};
