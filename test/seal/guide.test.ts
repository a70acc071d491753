import { expect, it } from 'vitest';
import guide from '../../docs/sealing.md?raw';
import errors from '../../src/errors/seal-error.ts?raw';
import * as door from '../../src/seal.js';
import { openTestDatabase } from '../database/open-test-database.js';

const migrations = [{ name: 'v001_credentials.sql', sql: 'CREATE TABLE credentials (name TEXT PRIMARY KEY, secret TEXT)' }];

it('the code of the guide runs, from the first block to the last', async () => {
  const code = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block ?? '').join('\n');
  const logged: string[] = [];
  const bindings = {
    ...door,
    openDatabase: (options: { migrations: typeof migrations }) => openTestDatabase(undefined, { migrations: options.migrations }),
    // Not the browser's own store, in which the key of this test would stay.
    openVault: (...[database, options]: Parameters<typeof door.openVault>) => door.openVault(database, { keyStore, ...options }),
    migrations,
    passphrase: 'six words that a machine picked',
    console: { log: (line: unknown) => logged.push(typeof line === 'string' ? line : JSON.stringify(line)) },
  };
  const keyStore = door.memoryKeyStore();
  const plain = code.replaceAll(/^import .*$/gm, '');
  // Every block needs what those before it declared. The constructor is what any async function has.
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const run = new AsyncFunction(...Object.keys(bindings), `${plain}\nreturn { text, resealed, foreign, file, unlock, vault };`);
  const result = await run(...Object.values(bindings));
  expect(result).toMatchObject({ text: 'correct horse battery', resealed: 1, foreign: 0 });
  expect(await door.dropSealed(result.file, [])).toBeInstanceOf(Uint8Array);
  expect(logged).toEqual(['[sealed]', '{"device":true,"passphrase":true}', 'locked', 'unlocked', '0 of 1', '1 of 1']);
  await result.vault.removeDevice();
  result.vault.lock();
  await result.unlock(result.vault, async () => bindings.passphrase);
  expect(result.vault.state).toBe('unlocked');
});

it('the guide imports what there is, and names every error of a vault', () => {
  const imported = [...guide.matchAll(/import \{ (.*?) \} from 'tablite\/seal'/g)].flatMap(([, names]) => names?.split(', ') ?? []);
  expect(imported.length).toBeGreaterThan(3);
  for (const name of imported) expect(door).toHaveProperty(name);
  const codes = [...errors.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code]) => code ?? '');
  expect(codes.length).toBeGreaterThan(15);
  expect(codes.filter((code) => !guide.includes(`| \`${code}\` |`))).toEqual([]);
});
