export { SealError, type SealErrorCode, VaultError, type VaultErrorCode } from './errors/seal-error.js';
export { dropSealed } from './seal/drop-sealed.js';
export { indexedDbKeyStore } from './seal/indexeddb-key-store.js';
export { type KeyStore, memoryKeyStore } from './seal/key-store.js';
export { openVault } from './seal/open-vault.js';
export type { Place, SealedColumn } from './seal/place.js';
export { type SealedParts, SealedValue } from './seal/sealed-value.js';
export type {
  CreateOptions,
  Protectors,
  RotatedValues,
  RotateOptions,
  RotationProgress,
  Secret,
  Vault,
  VaultOptions,
  VaultState,
} from './seal/vault.js';
