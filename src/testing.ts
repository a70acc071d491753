export { type ExpectedSchema, expectSchema, schemaFingerprint } from './testing/expect-schema.js';
export { type FillOptions, fillTables, type Seed, type SeedRow } from './testing/fill-tables.js';
export { openTestDatabase, type TestDatabaseOptions } from './testing/open-test-database.js';
export { SchemaMismatchError } from './testing/schema-mismatch-error.js';
export { UpgradePathError, type UpgradePathErrorCode } from './testing/upgrade-path-error.js';
export { type UpgradePath, UpgradeReport } from './testing/upgrade-report.js';
export { type VerifyOptions, verifyUpgradePaths } from './testing/verify-upgrade-paths.js';
