/** What a JSON column with `onInvalid: 'raw'` gives for a value that does not fit its schema; written back, it stays as it was. */
export class InvalidJson {
  /** What is stored: a text, or the bytes of a blob. */
  readonly raw: string | Uint8Array;
  /** Where and what: `control_history[2].name: expected string`. */
  readonly issues: readonly string[];

  constructor(raw: string | Uint8Array, issues: readonly string[]) {
    this.raw = raw;
    this.issues = issues;
  }
}
