import { TabliteError } from './tablite-error.js';

export type VaultErrorCode =
  | 'VAULT_ABSENT'
  | 'VAULT_EXISTS'
  | 'VAULT_LOCKED'
  | 'VAULT_DAMAGED'
  | 'VAULT_LAST_PROTECTOR'
  | 'PASSPHRASE_WRONG'
  | 'PASSPHRASE_EMPTY'
  | 'PASSPHRASE_MISSING'
  | 'DEVICE_KEY_MISSING'
  | 'DEVICE_KEY_UNSTORABLE'
  | 'DEVICE_KEY_UNREADABLE'
  | 'CRYPTO_UNAVAILABLE';

/** The vault cannot do this as it stands; nothing was changed. */
export class VaultError extends TabliteError {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type SealErrorCode = 'SEAL_KEY_UNKNOWN' | 'SEAL_TAMPERED' | 'SEAL_FOREIGN' | 'SEAL_REQUIRED' | 'SEAL_LEFT';

/** A sealed value that does not open, or cannot be taken out of a file. The fields say where it is stored. */
export class SealError extends TabliteError {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;
  readonly table: string | undefined;
  readonly column: string | undefined;
  /** In no message: it may be the user's own text. */
  readonly primaryKey: string | number | bigint | undefined;

  constructor(
    code: SealErrorCode,
    message: string,
    place: { table?: string; column?: string; primaryKey?: string | number | bigint } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.table = place.table;
    this.column = place.column;
    this.primaryKey = place.primaryKey;
  }
}
