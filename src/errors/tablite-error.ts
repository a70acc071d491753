/**
 * What every error of Tablite is.
 *
 * `name` tells the class, `code` tells the case and stays the same across releases; the message says what was expected,
 * what was found and what to do. No message holds a parameter value or a secret.
 */
export abstract class TabliteError extends Error {
  abstract override readonly name: string;
  abstract readonly code: string;
}
