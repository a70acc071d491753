/** A line of `modelDrift` that is to stay, and why. */
export interface ModelException {
  readonly line: string;
  readonly reason: string;
}

/** Where the models differ from the chain on purpose: nowhere. Triggers, which Drizzle has no words for, are not compared. */
export const MODEL_EXCEPTIONS: readonly ModelException[] = [];
