import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import type { SealedPages } from '../engine/paged-file.js';
import type { Commit } from './commit.js';
import type { StoredImage } from './commit-log.js';

/** This tab's copy of the database: a connection, and the commit it stands at. */
export class Replica {
  readonly connection: Connection;
  /** The newest commit that is in the pages, own ones on their way to storage left out. */
  seq: number;

  constructor(engine: Engine, image: StoredImage) {
    this.connection = engine.connect(image.pages, image.pageSize);
    if (image.commits.length > 0) this.connection.apply(image.commits.map(({ pages }) => pages));
    this.seq = image.seq;
  }

  get schemaVersion(): number {
    return this.connection.header.userVersion;
  }

  apply(commits: readonly Commit[]): void {
    const newest = commits.at(-1);
    if (!newest) return;
    this.connection.apply(commits.map(({ pages }) => pages));
    this.seq = newest.seq;
  }

  /** Takes back what is not stored: what was written since the last seal, then the sealed sets, newest first. */
  undo(sealed: readonly SealedPages[]): void {
    const late = this.connection.file.seal();
    const written = [late, ...sealed].filter(({ preImageByPage }) => preImageByPage.size > 0);
    if (written.length > 0) this.connection.undo(written);
  }
}
