import { readOptions } from './options.js';
import { torture } from './torture.js';

/** The command. @returns its exit code: 1 when a promise of the library was broken. */
export async function main(args: readonly string[]): Promise<number> {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isStopping = true;
    });
  }
  const figures = await torture(
    readOptions(args),
    () => isStopping,
    (line) => console.log(line),
  );
  console.log(`\n${figures}`);
  for (const { kind, what, profile } of figures.findings) console.log(`${kind}: ${what} (${profile})`);
  return figures.findings.length > 0 ? 1 : 0;
}
