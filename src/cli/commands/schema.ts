import { UsageError } from '../../errors/database-error.js';
import { fingerprint } from '../../migrate/fingerprint.js';
import { readSchemaObjects } from '../../migrate/schema-object.js';
import { readStructure } from '../../migrate/structure.js';
import { readyChain } from '../chain.js';
import type { Command } from '../command.js';
import { versionOption } from '../command-line.js';
import { databaseAt } from '../database-at.js';
import { inStableOrder } from '../schema-dump.js';

export const schema: Command = {
  name: 'schema',
  summary: 'print the schema that the files make, as SQL',
  details: ['The same chain always gives the same text, so that it can be committed and compared.'],
  options: { at: { value: '<version>', summary: 'the schema of this version; of the last by default' } },
  async run(invocation) {
    const at = versionOption(invocation, 'at');
    const { engine, chain } = await readyChain(invocation.folder);
    const version = at ?? chain.length;
    if (version > chain.length) throw new UsageError(`--at takes a version of the chain, 0 to ${chain.length}.`);
    const connection = await databaseAt(engine, chain.slice(0, version));
    try {
      const objects = inStableOrder(readSchemaObjects(connection));
      const text = [
        `-- The schema at version ${version}, by \`tablite schema\`.`,
        ...objects.map(({ type, sql }) => `${type === 'table' || type === 'view' ? '\n' : ''}${sql};`),
      ];
      return { isFine: true, json: { version, fingerprint: fingerprint(readStructure(connection)), objects }, text: text.join('\n') };
    } finally {
      connection.close();
    }
  },
};
