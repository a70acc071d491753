import { TabliteError } from './tablite-error.js';

export type FernetErrorCode = 'FERNET_KEY' | 'FERNET_TOKEN' | 'FERNET_AUTHENTICITY' | 'FERNET_TIME';

/**
 * A Fernet key that is none (`FERNET_KEY`), a text that is no token (`FERNET_TOKEN`), a token that was made with another key
 * or changed (`FERNET_AUTHENTICITY`), or one from another time than was asked for (`FERNET_TIME`).
 */
export class FernetError extends TabliteError {
  override readonly name = 'FernetError';
  readonly code: FernetErrorCode;

  constructor(code: FernetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
