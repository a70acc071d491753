import type { Found, Report } from './protocol.js';

/** Something that must not be: a promise of the library is broken, or a page failed. */
export interface Problem {
  readonly kind:
    | 'lost'
    | 'torn'
    | 'integrity'
    | 'schema'
    | 'revived'
    | 'unsettled'
    | 'uncaught'
    | 'status'
    | 'refused'
    | 'strict lost'
    | 'browser';
  readonly what: string;
}

export interface Judgement {
  readonly problems: readonly Problem[];
  /** Everything is gone, and nobody said so. */
  readonly isWiped: boolean;
  /** Acknowledged writes that a mirror did not have yet when it brought the database back. */
  readonly notMirrored: number;
  /** Writes that are there although their acknowledgement never came. */
  readonly unacknowledged: number;
}

/** What has to be in a database, by what was acknowledged and what was found before: writes have numbers without a gap. */
export class Expectation {
  readonly #idByN = new Map<number, number>();
  readonly #seqByN = new Map<number, number>();
  readonly #rejected = new Set<number>();
  /** Versions of the schema that may be found. */
  #versions: ReadonlySet<number> = new Set([0]);
  /** Versions that were found in this session. */
  readonly #seen = new Set<number>();
  #rewindingTo: number | undefined;
  #hasRewound = false;
  /** The last write of the sessions before this one. */
  #former = 0;

  /** The last write that has to be there. */
  get last(): number {
    return [...this.#idByN.keys()].reduce((last, n) => Math.max(last, n), 0);
  }

  /** A session begins, whose chain ends at this version. */
  begin(head: number): void {
    this.#former = this.last;
    this.#versions = new Set([...(this.#seen.size > 0 ? this.#seen : this.#versions), head]);
    this.#seen.clear();
  }

  /** Takes note of what a page reports. */
  hear(report: Report): Problem[] {
    if (report.is === 'rejected') {
      this.#rejected.add(report.id);
    } else if (report.is === 'rewinding') {
      this.#rewindingTo = report.to;
    } else if (report.is === 'rewound') {
      this.#rewind();
    } else if (report.is === 'kept') {
      const other = this.#idByN.get(report.n);
      this.#idByN.set(report.n, report.id);
      this.#seqByN.set(report.n, report.seq);
      if (other !== undefined && other !== report.id)
        return [{ kind: 'lost', what: `both ${other} and ${report.id} were acknowledged as write ${report.n}` }];
    } else if (report.is === 'fault') {
      return [{ kind: report.kind, what: report.what }];
    }
    return [];
  }

  /** Compares what is found with what has to be there; from then on what was found has to be there, too. */
  judge(found: Found, session: number): Judgement {
    const problems: Problem[] = [...found.faults];
    const former = found.ids.filter(([, id]) => sessionOf(id) !== session);
    const isWiped = this.#former > 0 && former.length === 0 && found.restoredSeq === undefined;
    if (isWiped) {
      this.#forgetAfter(0);
      this.#versions = new Set([0, ...this.#versions]);
      return { problems, isWiped, notMirrored: 0, unacknowledged: 0 };
    }
    // What a mirror did not have yet may be a migration.
    const isOlder = found.restoredSeq !== undefined && found.version < Math.max(...this.#versions);
    if (!this.#versions.has(found.version) && !isOlder)
      problems.push({ kind: 'schema', what: `version ${found.version}, expected one of ${[...this.#versions].join(', ')}` });
    let notMirrored = 0;
    this.#seen.add(found.version);
    if (found.restoredSeq !== undefined) {
      problems.push(...this.#missingOfMirror(found));
      notMirrored = Math.max(0, this.#former - found.n);
      this.#forgetAfter(found.n);
      this.#seqByN.clear();
    }
    if (this.#rewindingTo !== undefined) {
      if (this.#differs(found, former)) this.#rewind();
      this.#rewindingTo = undefined;
    }
    problems.push(...this.#compare(found, former));
    const unknown = former.filter(([n]) => !this.#idByN.has(n));
    for (const [n, id] of unknown) this.#idByN.set(n, id);
    this.#former = unknown.reduce((last, [n]) => Math.max(last, n), this.#former);
    this.#forgetBefore(former[0]?.[0] ?? 0);
    return { problems, isWiped, notMirrored, unacknowledged: unknown.length };
  }

  /**
   * Judges what is found after the end of a log was cut off: any number of the last writes may be missing, but none before
   * `strict`, and none of what was taken back may be there.
   */
  judgeCut(found: Found, strict: number): Problem[] {
    const problems: Problem[] = [...found.faults, ...this.#revived(found.ids)];
    // Nothing at all, not even a table: the browser has thrown its whole storage away, which is counted by itself.
    if (found.n < strict && found.version > 0)
      problems.push({ kind: 'strict lost', what: `writes up to ${strict} were strict and synced, ${found.n} are there` });
    // An earlier line of writes may show again after a rewind.
    if (!this.#hasRewound) problems.push(...this.#mismatches(found.ids));
    return problems;
  }

  #compare(found: Found, former: Found['ids']): Problem[] {
    const missing = [...this.#idByN.keys()].filter((n) => n > found.n && n <= this.#former);
    const lost = missing.length > 0 ? [`writes up to ${this.#former} have to be there, ${found.n} are`] : [];
    return [...lost.map((what) => ({ kind: 'lost' as const, what })), ...this.#mismatches(former), ...this.#revived(found.ids)];
  }

  #mismatches(ids: Found['ids']): Problem[] {
    return ids
      .filter(([n, id]) => (this.#idByN.get(n) ?? id) !== id)
      .map(([n, id]) => ({ kind: 'lost' as const, what: `write ${n} has to be ${this.#idByN.get(n)} and is ${id}` }));
  }

  #revived(ids: Found['ids']): Problem[] {
    return ids
      .filter(([, id]) => this.#rejected.has(id))
      .map(([n, id]) => ({ kind: 'revived' as const, what: `write ${n} (id ${id}) was rejected` }));
  }

  #missingOfMirror({ restoredSeq = 0, n }: Found): Problem[] {
    const missing = [...this.#seqByN].filter(([number, seq]) => seq <= restoredSeq && number > n).map(([number]) => number);
    return missing.length > 0
      ? [{ kind: 'lost', what: `restored up to commit ${restoredSeq}, of which writes ${missing.slice(0, 5).join(', ')} are missing` }]
      : [];
  }

  #differs(found: Found, former: Found['ids']): boolean {
    return found.n < this.last || former.some(([n, id]) => (this.#idByN.get(n) ?? id) !== id);
  }

  #rewind(): void {
    this.#hasRewound = true;
    this.#forgetAfter(this.#rewindingTo ?? 0);
    this.#rewindingTo = undefined;
  }

  /** Their rows have been deleted since, as pages do to keep the database small. */
  #forgetBefore(first: number): void {
    this.#forget((n) => n < first);
  }

  #forgetAfter(last: number): void {
    this.#forget((n) => n > last);
    this.#former = Math.min(this.#former, last);
  }

  #forget(isGone: (n: number) => boolean): void {
    for (const n of [...this.#idByN.keys()].filter(isGone)) {
      this.#idByN.delete(n);
      this.#seqByN.delete(n);
    }
  }
}

/** Ids begin with the session that wrote them. */
export function sessionOf(id: number): number {
  return Math.floor(id / 1_000_000);
}
