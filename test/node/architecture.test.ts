import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { isolatedDeclarationSync } from 'rolldown/experimental';
import { describe, expect, it } from 'vitest';

const SRC = resolve('src');

/** What each folder of src may import, besides itself. Lower layers know nothing of higher ones. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  page: [],
  engine: ['errors', 'page'],
  storage: ['errors', 'page'],
  store: ['engine', 'storage', 'errors', 'page'],
  migrate: ['engine', 'errors', 'page'],
  database: ['store', 'migrate', 'storage', 'engine', 'errors', 'page'],
  seal: ['database', 'store', 'migrate', 'engine', 'errors', 'page'],
  drizzle: ['seal', 'database', 'migrate', 'engine', 'errors', 'page'],
  vibesurf: ['drizzle', 'seal', 'database', 'store', 'migrate', 'storage', 'engine', 'errors', 'page'],
  lint: ['migrate', 'engine', 'errors', 'page'],
  authoring: ['lint', 'migrate', 'engine', 'errors', 'page'],
  testing: ['database', 'store', 'migrate', 'storage', 'engine', 'errors', 'page'],
  cli: ['testing', 'authoring', 'database', 'lint', 'migrate', 'engine', 'errors', 'page'],
  vite: ['authoring', 'lint', 'migrate', 'engine', 'errors', 'page'],
  inspector: ['.'],
};
const DOORS = ['index.ts', 'drizzle.ts', 'seal.ts', 'vibesurf.ts', 'node.ts', 'testing.ts', 'vite.ts'].filter((door) =>
  readdirSync(SRC).includes(door),
);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The files of src that a file imports, types included. */
function importsOf(file: string): string[] {
  const specifiers = [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)].map(
    ([, specifier]) => specifier ?? '',
  );
  return specifiers
    .filter((specifier) => !/\.(css|sql)/.test(specifier))
    .map((specifier) => resolve(dirname(file), specifier.replace(/\.js$/, '.ts')));
}

const files = sources(SRC);
const layerOf = (file: string) => (dirname(relative(SRC, file)) === '.' ? '.' : (relative(SRC, file).split('/')[0] ?? ''));

describe('imports', () => {
  it('go down only', () => {
    const wrong = files.flatMap((file) => {
      const layer = layerOf(file);
      if (layer === '.') return [];
      const allowed = MAY_IMPORT[layer];
      return importsOf(file)
        .map(layerOf)
        .filter((target) => target !== layer && !allowed?.includes(target))
        .map((target) => `${relative(SRC, file)} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('of every folder have a rule', () => {
    expect([...new Set(files.map(layerOf))].filter((layer) => layer !== '.' && !(layer in MAY_IMPORT))).toEqual([]);
  });

  it('form no cycle, types included', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].map((each) => relative(SRC, each)).join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of importsOf(file)) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('the public doors', () => {
  it('export these names and no others', () => {
    const names = Object.fromEntries(
      DOORS.map((door) => {
        const text = readFileSync(join(SRC, door), 'utf8');
        expect(text).not.toMatch(/export \*|export default/);
        const lists = [...text.matchAll(/export (type )?\{([^}]*)\}/g)];
        const exported = lists.flatMap(([, type, list]) =>
          (list ?? '').split(',').flatMap((name) => (name.trim() ? [`${type ?? ''}${name.trim()}`] : [])),
        );
        return [door, exported.sort()];
      }),
    );
    expect(names).toMatchInlineSnapshot(`
      {
        "drizzle.ts": [
          "InvalidJson",
          "InvalidJsonError",
          "InvalidValueError",
          "boolean",
          "bytes",
          "createTableStatements",
          "datetime",
          "drizzle",
          "drizzleIn",
          "formatDatetime",
          "json",
          "modelDrift",
          "parseDatetime",
          "sealed",
          "type AsyncDrizzleTransaction",
          "type DrizzleDatabase",
          "type DrizzleOptions",
          "type DrizzleReader",
          "type DrizzleTransaction",
          "type DrizzleWriter",
          "type InvalidValueCode",
          "type JsonData",
          "type JsonOptions",
          "type ModelDriftOptions",
          "type OnInvalid",
          "type Schema",
          "type UuidOptions",
          "type VarcharOptions",
          "uuid",
          "varchar",
        ],
        "index.ts": [
          "AdoptError",
          "BackupError",
          "ClosedError",
          "ConflictError",
          "ConstraintError",
          "CorruptionError",
          "DataLossError",
          "DuplicateColumnError",
          "EngineError",
          "ImportError",
          "MigrationError",
          "NewerSchemaError",
          "OutdatedError",
          "ParameterError",
          "RefusedStatementError",
          "SalvageError",
          "SqlError",
          "StorageAbsentError",
          "StorageError",
          "StorageFormatError",
          "StorageFullError",
          "StorageTimeoutError",
          "StorageUnavailableError",
          "TabliteError",
          "TransactionError",
          "UnknownOutcomeError",
          "UsageError",
          "deleteDatabase",
          "describeStatus",
          "indexedDbStorage",
          "inspectStorage",
          "memoryStorage",
          "openDatabase",
          "salvage",
          "type AdoptErrorCode",
          "type Adoption",
          "type AsyncTransaction",
          "type Backup",
          "type BackupErrorCode",
          "type BackupReason",
          "type BackupReport",
          "type BindValue",
          "type Change",
          "type ChangeCallback",
          "type Clock",
          "type ConstraintKind",
          "type DataLoss",
          "type Database",
          "type DatabaseReader",
          "type DatabaseState",
          "type Durability",
          "type EngineErrorCode",
          "type Environment",
          "type FlushOptions",
          "type HintChannel",
          "type HistoryEntry",
          "type ImportErrorCode",
          "type ImportOptions",
          "type IndexedDbOptions",
          "type InspectOptions",
          "type MigrateOptions",
          "type MigrationCode",
          "type MigrationCodeFile",
          "type MigrationErrorCode",
          "type MigrationFile",
          "type MigrationReference",
          "type Migrations",
          "type MirrorPlace",
          "type MirrorStatus",
          "type OpenOptions",
          "type OpenProgress",
          "type ParameterErrorCode",
          "type Parameters",
          "type Plan",
          "type PlannedStep",
          "type ReadRequest",
          "type RefusedStatementCode",
          "type Restored",
          "type Row",
          "type RunResult",
          "type SalvageOptions",
          "type Salvaged",
          "type Savepoint",
          "type SqlErrorCode",
          "type SqlValue",
          "type Status",
          "type StatusTextOptions",
          "type StepProgress",
          "type Storage",
          "type StorageEntry",
          "type StorageKey",
          "type StorageLoss",
          "type StorageRange",
          "type StorageReport",
          "type StoredReport",
          "type SyncResult",
          "type Testimony",
          "type Transaction",
          "type TransactionErrorCode",
          "type WitnessStorage",
          "type WorkerPort",
          "type WriteBatch",
          "type WriteOptions",
          "type WriteOutcome",
        ],
        "node.ts": [
          "fileStorage",
        ],
        "seal.ts": [
          "SealError",
          "SealedValue",
          "VaultError",
          "dropSealed",
          "indexedDbKeyStore",
          "memoryKeyStore",
          "openVault",
          "type CreateOptions",
          "type KeyStore",
          "type Place",
          "type Protectors",
          "type RotateOptions",
          "type RotatedValues",
          "type RotationProgress",
          "type SealErrorCode",
          "type SealedColumn",
          "type SealedParts",
          "type Secret",
          "type Vault",
          "type VaultErrorCode",
          "type VaultOptions",
          "type VaultState",
        ],
        "testing.ts": [
          "SchemaMismatchError",
          "UpgradePathError",
          "UpgradeReport",
          "expectSchema",
          "fillTables",
          "openTestDatabase",
          "schemaFingerprint",
          "type ExpectedSchema",
          "type FillOptions",
          "type Seed",
          "type SeedRow",
          "type TestDatabaseOptions",
          "type UpgradePath",
          "type UpgradePathErrorCode",
          "type VerifyOptions",
          "verifyUpgradePaths",
        ],
        "vibesurf.ts": [
          "DatabaseManager",
          "DatabaseUrlError",
          "DuplicateNameError",
          "FINISHED_STATUSES",
          "FernetError",
          "InvalidCronError",
          "InvalidStatusError",
          "MODELS",
          "NotFoundError",
          "SEALED_COLUMNS",
          "Scheduler",
          "TASK_STATUSES",
          "VOICE_MODEL_TYPES",
          "adoptBackendSecrets",
          "checkCron",
          "composioToolkits",
          "controllerConfiguration",
          "countTasksByStatus",
          "countUploadedFiles",
          "createComposioToolkit",
          "createLlmProfile",
          "createMcpProfile",
          "createSchedule",
          "createVoiceProfile",
          "credentials",
          "defaultDatabaseUrl",
          "deleteComposioToolkit",
          "deleteCredential",
          "deleteLlmProfile",
          "deleteMcpProfile",
          "deleteSchedule",
          "deleteTask",
          "deleteUploadedFile",
          "deleteVoiceProfile",
          "deleteWorkflowSkill",
          "dueSchedules",
          "findInvalidValues",
          "getActiveTask",
          "getComposioToolkit",
          "getDefaultLlmProfile",
          "getLlmProfile",
          "getMcpProfile",
          "getMcpProfileByDisplayName",
          "getSchedule",
          "getTask",
          "getUploadedFile",
          "getVoiceProfile",
          "getWorkflowSkill",
          "hardDeleteUploadedFile",
          "listActiveMcpProfiles",
          "listComposioToolkits",
          "listCredentialNames",
          "listEnabledComposioToolkits",
          "listEnabledSchedules",
          "listLlmProfiles",
          "listMcpProfiles",
          "listRecentTasks",
          "listRunningTasks",
          "listSchedules",
          "listSessions",
          "listTasksByLlmProfile",
          "listTasksBySession",
          "listUploadedFiles",
          "listUploadedFilesBySession",
          "listVoiceProfiles",
          "listWorkflowSkills",
          "llmConfiguration",
          "llmProfiles",
          "localZone",
          "mcpProfiles",
          "mcpServerConfig",
          "mcpServerParams",
          "nextExecution",
          "openCredential",
          "openLlmProfile",
          "openVoiceProfile",
          "parseDatabaseUrl",
          "purgeUploadedFiles",
          "recordExecution",
          "recordUploadedFile",
          "replaceComposioTools",
          "saveTask",
          "saveWorkflowSkill",
          "schedules",
          "setDefaultLlmProfile",
          "shapeByName",
          "storeCredential",
          "taskMetadata",
          "tasks",
          "toggleComposioToolkit",
          "touchLlmProfile",
          "touchMcpProfile",
          "touchVoiceProfile",
          "type AdoptedSecrets",
          "type BackendKeyOptions",
          "type ComposioToolkitFilter",
          "type ComposioToolkitInput",
          "type ComposioToolkitKey",
          "type ComposioToolkitPatch",
          "type ComposioToolkitRow",
          "type ControllerConfiguration",
          "type ControllerConfigurationInput",
          "type CredentialInput",
          "type CredentialRow",
          "type CronErrorCode",
          "type DatabaseManagerOptions",
          "type DatabasePlace",
          "type DatabaseUrlErrorCode",
          "type ExportBackendOptions",
          "type ExportedBackend",
          "type FernetErrorCode",
          "type FinishedStatus",
          "type ImportBackendOptions",
          "type ImportReport",
          "type InvalidValuePlace",
          "type LlmConfiguration",
          "type LlmConfigurationInput",
          "type LlmProfileFilter",
          "type LlmProfileInput",
          "type LlmProfilePatch",
          "type LlmProfileRow",
          "type McpProfileFilter",
          "type McpProfileInput",
          "type McpProfilePatch",
          "type McpProfileRow",
          "type McpServerConfig",
          "type McpServerConfigInput",
          "type McpServerParams",
          "type McpServerParamsInput",
          "type NewComposioToolkitRow",
          "type NewCredentialRow",
          "type NewLlmProfileRow",
          "type NewMcpProfileRow",
          "type NewScheduleRow",
          "type NewTaskRow",
          "type NewUploadedFileRow",
          "type NewVoiceProfileRow",
          "type NewWorkflowSkillRow",
          "type OpenCredential",
          "type OpenLlmProfile",
          "type OpenVoiceProfile",
          "type Page",
          "type PurgeOptions",
          "type ScheduleFilter",
          "type ScheduleInput",
          "type ScheduleKey",
          "type SchedulePatch",
          "type ScheduleRow",
          "type ScheduleTime",
          "type SchedulerOptions",
          "type SecretStore",
          "type SessionSummary",
          "type ShapeName",
          "type TaskCompletion",
          "type TaskInput",
          "type TaskMetadata",
          "type TaskMetadataInput",
          "type TaskRow",
          "type TaskStatus",
          "type UnopenedSecret",
          "type UploadedFileFilter",
          "type UploadedFileInput",
          "type UploadedFileRow",
          "type VibesurfSchema",
          "type VoiceModelType",
          "type VoiceProfileFilter",
          "type VoiceProfileInput",
          "type VoiceProfilePatch",
          "type VoiceProfileRow",
          "type WorkflowExposeConfig",
          "type WorkflowSkillFilter",
          "type WorkflowSkillPatch",
          "type WorkflowSkillRow",
          "updateComposioToolkit",
          "updateLlmProfile",
          "updateMcpProfile",
          "updateSchedule",
          "updateTaskCompletion",
          "updateTaskStatus",
          "updateVoiceProfile",
          "updateWorkflowExposeConfig",
          "uploadedFiles",
          "validateShape",
          "vibesurfMigrations",
          "vibesurfSchema",
          "voiceProfiles",
          "workflowSkills",
        ],
        "vite.ts": [
          "tablite",
          "type TabliteOptions",
        ],
      }
    `);
  });
});

describe('every source file', () => {
  it('is shorter than 300 lines', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 300);
    expect(long.map((file) => relative(SRC, file))).toEqual([]);
  });

  it('says the type of what it exports, but for models and shapes, which are what types are made from', () => {
    const untyped = files
      .filter((file) => !/^vibesurf\/(models|shapes)\//.test(relative(SRC, file)))
      .flatMap((file) =>
        isolatedDeclarationSync(file, readFileSync(file, 'utf8'), {}).errors.map(({ message }) => `${relative(SRC, file)}: ${message}`),
      );
    expect(untyped).toEqual([]);
  });

  it('throws typed errors only', () => {
    const bare = files.filter((file) => layerOf(file) !== 'inspector' && /throw new (Type|Range)?Error\(/.test(readFileSync(file, 'utf8')));
    expect(bare.map((file) => relative(SRC, file))).toEqual([]);
  });

  it('hosts no name that says nothing', () => {
    expect(files.filter((file) => /\b(utils?|helpers?|common|shared|lib|types)\b/.test(relative(SRC, file)))).toEqual([]);
  });
});
