export { boolean } from './drizzle/columns/boolean.js';
export { bytes } from './drizzle/columns/bytes.js';
export { datetime, formatDatetime, parseDatetime } from './drizzle/columns/datetime.js';
export { InvalidJson } from './drizzle/columns/invalid-json.js';
export { type JsonData, type JsonOptions, json, type OnInvalid } from './drizzle/columns/json.js';
export { sealed } from './drizzle/columns/sealed.js';
export { type UuidOptions, uuid } from './drizzle/columns/uuid.js';
export { type VarcharOptions, varchar } from './drizzle/columns/varchar.js';
export {
  type AsyncDrizzleTransaction,
  type DrizzleDatabase,
  type DrizzleReader,
  type DrizzleTransaction,
  type DrizzleWriter,
  drizzle,
  drizzleIn,
} from './drizzle/drizzle.js';
export type { DrizzleOptions, Schema } from './drizzle/facade.js';
export { type ModelDriftOptions, modelDrift } from './drizzle/model-drift.js';
export { createTableStatements } from './drizzle/model-sql.js';
export { InvalidJsonError, type InvalidValueCode, InvalidValueError } from './errors/column-error.js';
