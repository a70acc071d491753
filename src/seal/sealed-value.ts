/** `sealed1:<key id>:<initialization vector>:<ciphertext and tag>`, the last two in base64url. */
const FORMAT = /^sealed1:([0-9a-z-]{1,64}):([\w-]{16}):([\w-]{22,})$/;

/** The parts of a sealed text. */
export interface SealedParts {
  readonly keyId: string;
  readonly iv: string;
  readonly ciphertext: string;
}

/**
 * A secret as it is stored: only a vault gives its text back. It shows nothing of itself by accident, in logs, JSON or text.
 */
export class SealedValue {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** What a column holds, of whatever format. */
  static fromText(text: string): SealedValue {
    return new SealedValue(text);
  }

  /** The text to store. */
  static textOf(value: SealedValue): string {
    return value.#text;
  }

  /** The parts of a text in the format of a vault; undefined for one that something else made. */
  static partsOf(value: SealedValue): SealedParts | undefined {
    const [, keyId, iv, ciphertext] = FORMAT.exec(value.#text) ?? [];
    return keyId !== undefined && iv !== undefined && ciphertext !== undefined ? { keyId, iv, ciphertext } : undefined;
  }

  /** Whether something else than a vault made it: no vault opens it. */
  get isForeign(): boolean {
    return SealedValue.partsOf(this) === undefined;
  }

  toString(): string {
    return this.isForeign ? '[foreign secret]' : '[sealed]';
  }

  toJSON(): string {
    return this.toString();
  }

  static {
    // What the consoles of Node and Deno print: https://nodejs.org/api/util.html#custom-inspection-functions-on-objects
    const { prototype } = SealedValue;
    Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), { value: prototype.toString });
  }
}
