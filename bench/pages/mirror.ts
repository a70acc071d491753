import { openDatabase } from '../../src/index.js';
import { INSERT_NOTE, newNote } from './notes.js';
import { type Samples, took } from './samples.js';

/** What a mirror costs: milliseconds, and the bytes that the origin uses with it and without. */
export interface MirrorCosts {
  /** Batches of inserts in a row, with a mirror and without. */
  readonly inserts: Samples;
  /** From the end of a batch until the mirror has all of it. */
  readonly lag: number[];
  /** The first copy of the whole database. */
  readonly firstCopy: number;
  readonly bytes: { readonly with: number; readonly without: number };
}

/** Two databases with the same content, one mirrored and one not, are written in turn. */
export async function mirrorCosts(name: string, batches: number, batch: number): Promise<MirrorCosts> {
  const source = await openDatabase({ name, mirror: false });
  const file = await source.export();
  await source.close();
  const without = await openDatabase({ name: `${name}-without`, mirror: false });
  await without.import(file);
  const before = await usedBytes();
  const mirrored = await openDatabase({ name: `${name}-with`, mirror: false });
  await mirrored.import(file);
  await mirrored.close();
  const plainBytes = (await usedBytes()) - before;
  const database = await openDatabase({ name: `${name}-with` });
  const firstCopy = await took(() => database.flush({ mirror: true }));
  const mirrorBytes = (await usedBytes()) - before - plainBytes;
  const [inserts, lag]: [Samples, number[]] = [{ with: [], without: [] }, []];
  for (let n = 0; n < batches; n++) {
    for (const [kind, target] of [
      ['without', without],
      ['with', database],
    ] as const) {
      const notes = Array.from({ length: batch }, newNote);
      inserts[kind]?.push(
        await took(async () => {
          for (const note of notes) await target.run(INSERT_NOTE, note);
        }),
      );
    }
    lag.push(await took(() => database.flush({ mirror: true })));
  }
  await Promise.all([without.close(), database.close()]);
  return { inserts, lag, firstCopy, bytes: { with: plainBytes + mirrorBytes, without: plainBytes } };
}

async function usedBytes(): Promise<number> {
  return (await navigator.storage.estimate()).usage ?? 0;
}
