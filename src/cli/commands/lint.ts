import { readChainFolder } from '../../authoring/chain-folder.js';
import { checkChain } from '../../authoring/check-chain.js';
import { LOCK_FILE, readLock } from '../../authoring/lock-file.js';
import { RULES } from '../../lint/catalogue.js';
import { nodeEngine } from '../chain.js';
import type { Command, Outcome } from '../command.js';
import { filesOf, findingLines, tally } from '../findings.js';

export const lint: Command = {
  name: 'lint',
  summary: 'check the files, run them on an empty database, compare with the lock file',
  details: ['Errors give exit code 1; warnings and notes do not. `-- migrate:allow <rule> <reason>` above a statement sets a rule aside.'],
  options: {
    rules: { summary: 'list the rules, each with its reason' },
    locked: { summary: 'a file that is not in the lock file is an error too: for what is released' },
  },
  async run(invocation) {
    const { options, folder: path } = invocation;
    if (options['rules']) return rules();
    const [engine, folder, locked = []] = await Promise.all([nodeEngine(), readChainFolder(path), readLock(path)]);
    const { findings, suppressed, hasErrors, unlocked } = await checkChain(engine, folder, locked);
    const isFine = !hasErrors && !(options['locked'] && unlocked.length > 0);
    const notLocked = `${options['locked'] ? 'error: not' : 'Not'} in ${LOCK_FILE}: ${unlocked.join(', ')}. What is to be released goes there by \`npx tablite lock\`.`;
    const summary = `${filesOf(folder.files.length)}: ${tally(findings)}${suppressed.length > 0 ? `, ${suppressed.length} set aside` : ''}.`;
    return {
      isFine,
      json: { findings, suppressed, unlocked, hasErrors: !isFine },
      text: [...findingLines(findings, invocation), ...(unlocked.length > 0 ? [notLocked] : []), summary].join('\n'),
    };
  },
};

function rules(): Outcome {
  const text = RULES.map(({ id, severity, title, why, instead }) => `${id} ${severity}: ${title}\n  ${why}\n  ${instead}`).join('\n');
  return { isFine: true, json: RULES, text };
}
