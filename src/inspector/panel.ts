/** A part of the page: what it shows, and how it is brought up to date with the database. */
export interface Panel {
  readonly node: HTMLElement;
  /** Reads the database anew; may throw what its reads throw, and then shows what it showed before. */
  update(): void;
}
