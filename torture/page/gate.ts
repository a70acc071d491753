/** Lets work begin, or holds it back and waits until what has begun is over. */
export class Gate {
  #inside = 0;
  #opened: Promise<void> | undefined;
  #open: () => void = () => undefined;
  #emptied: () => void = () => undefined;

  get inside(): number {
    return this.#inside;
  }

  /** Runs `work` once the gate is open. */
  async through(work: () => Promise<void>): Promise<void> {
    while (this.#opened) await this.#opened;
    this.#inside++;
    try {
      await work();
    } finally {
      this.#inside--;
      if (this.#inside === 0) this.#emptied();
    }
  }

  /** Closes it; resolves when nothing is inside any more. */
  async close(): Promise<void> {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    if (this.#inside === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  open(): void {
    this.#opened = undefined;
    this.#open();
  }
}
