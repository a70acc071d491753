export type {
  Database,
  DatabaseReader,
  FlushOptions,
  ImportOptions,
  MigrateOptions,
  SyncResult,
  WriteOptions,
} from './database/database.js';
export {
  type BackupReport,
  type InspectOptions,
  inspectStorage,
  type StorageReport,
  type StoredReport,
} from './database/inspect-storage.js';
export { deleteDatabase, type OpenOptions, type OpenProgress, openDatabase } from './database/open-database.js';
export { type Salvaged, type SalvageOptions, salvage } from './database/salvage.js';
export type { AsyncTransaction } from './engine/async-transaction.js';
export type { Parameters } from './engine/parameters.js';
export type { Row } from './engine/statement.js';
export type { RunResult, Savepoint, Transaction } from './engine/transaction.js';
export type { BindValue, SqlValue } from './engine/values.js';
export { AdoptError, type AdoptErrorCode } from './errors/adopt-error.js';
export {
  ClosedError,
  ConflictError,
  ImportError,
  type ImportErrorCode,
  NewerSchemaError,
  OutdatedError,
  TransactionError,
  type TransactionErrorCode,
  UsageError,
} from './errors/database-error.js';
export { EngineError, type EngineErrorCode } from './errors/engine-error.js';
export { MigrationError, type MigrationErrorCode } from './errors/migration-error.js';
export {
  ConstraintError,
  type ConstraintKind,
  DuplicateColumnError,
  ParameterError,
  type ParameterErrorCode,
  type RefusedStatementCode,
  RefusedStatementError,
  SqlError,
  type SqlErrorCode,
} from './errors/sql-error.js';
export {
  BackupError,
  type BackupErrorCode,
  CorruptionError,
  type DataLoss,
  DataLossError,
  SalvageError,
  StorageAbsentError,
  StorageError,
  StorageFormatError,
  StorageFullError,
  StorageTimeoutError,
  StorageUnavailableError,
  UnknownOutcomeError,
} from './errors/storage-error.js';
export { TabliteError } from './errors/tablite-error.js';
export type { MigrationCodeFile, MigrationFile, MigrationReference, Migrations } from './migrate/chain.js';
export type { MigrationCode } from './migrate/content.js';
export type { HistoryEntry } from './migrate/history.js';
export type { Adoption, Plan, PlannedStep } from './migrate/plan.js';
export type { StepProgress } from './migrate/run.js';
export { type IndexedDbOptions, indexedDbStorage } from './storage/indexeddb-storage.js';
export { memoryStorage } from './storage/memory-storage.js';
export type { MirrorPlace } from './storage/mirror-place.js';
export type {
  Durability,
  ReadRequest,
  Storage,
  StorageEntry,
  StorageKey,
  StorageLoss,
  StorageRange,
  WriteBatch,
  WriteOutcome,
} from './storage/storage.js';
export type { Backup, BackupReason } from './store/backup.js';
export type { Clock, Environment, HintChannel, WorkerPort } from './store/environment.js';
export type { DatabaseState, MirrorStatus, Restored, Status } from './store/status.js';
export { describeStatus, type StatusTextOptions } from './store/status-text.js';
export type { Change, ChangeCallback } from './store/subscriptions.js';
export type { Testimony } from './store/witness.js';
export type { WitnessStorage } from './store/witness-storage.js';
