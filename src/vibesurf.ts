export { type CronErrorCode, InvalidCronError } from './errors/cron-error.js';
export { DatabaseUrlError, type DatabaseUrlErrorCode } from './errors/database-url-error.js';
export { FernetError, type FernetErrorCode } from './errors/fernet-error.js';
export { DuplicateNameError, InvalidStatusError, NotFoundError } from './errors/query-error.js';
export { type AdoptedSecrets, adoptBackendSecrets, type UnopenedSecret } from './vibesurf/backend/adopted-secrets.js';
export type { BackendKeyOptions } from './vibesurf/backend/backend-secret.js';
export type { ExportBackendOptions, ExportedBackend } from './vibesurf/backend/export-backend.js';
export type { ImportBackendOptions, ImportReport } from './vibesurf/backend/import-backend.js';
export { vibesurfMigrations } from './vibesurf/chain.js';
export { checkCron, localZone, nextExecution } from './vibesurf/cron.js';
export { DatabaseManager, type DatabaseManagerOptions } from './vibesurf/database-manager.js';
export { type DatabasePlace, defaultDatabaseUrl, parseDatabaseUrl } from './vibesurf/database-url.js';
export { findInvalidValues, type InvalidValuePlace } from './vibesurf/invalid-values.js';
export { type ComposioToolkitRow, composioToolkits, type NewComposioToolkitRow } from './vibesurf/models/composio-toolkit.js';
export { type CredentialRow, credentials, type NewCredentialRow } from './vibesurf/models/credential.js';
export { type LlmProfileRow, llmProfiles, type NewLlmProfileRow } from './vibesurf/models/llm-profile.js';
export { type McpProfileRow, mcpProfiles, type NewMcpProfileRow } from './vibesurf/models/mcp-profile.js';
export { MODELS, type VibesurfSchema, vibesurfSchema } from './vibesurf/models/models.js';
export { type NewScheduleRow, type ScheduleRow, schedules } from './vibesurf/models/schedule.js';
export { type NewTaskRow, TASK_STATUSES, type TaskRow, type TaskStatus, tasks } from './vibesurf/models/task.js';
export { type NewUploadedFileRow, type UploadedFileRow, uploadedFiles } from './vibesurf/models/uploaded-file.js';
export {
  type NewVoiceProfileRow,
  VOICE_MODEL_TYPES,
  type VoiceModelType,
  type VoiceProfileRow,
  voiceProfiles,
} from './vibesurf/models/voice-profile.js';
export { type NewWorkflowSkillRow, type WorkflowSkillRow, workflowSkills } from './vibesurf/models/workflow-skill.js';
export {
  type ComposioToolkitFilter,
  type ComposioToolkitInput,
  type ComposioToolkitKey,
  type ComposioToolkitPatch,
  createComposioToolkit,
  deleteComposioToolkit,
  getComposioToolkit,
  listComposioToolkits,
  listEnabledComposioToolkits,
  replaceComposioTools,
  toggleComposioToolkit,
  updateComposioToolkit,
} from './vibesurf/queries/composio-toolkits.js';
export {
  type CredentialInput,
  deleteCredential,
  listCredentialNames,
  type OpenCredential,
  openCredential,
  storeCredential,
} from './vibesurf/queries/credentials.js';
export {
  createLlmProfile,
  deleteLlmProfile,
  getDefaultLlmProfile,
  getLlmProfile,
  type LlmProfileFilter,
  type LlmProfileInput,
  type LlmProfilePatch,
  listLlmProfiles,
  type OpenLlmProfile,
  openLlmProfile,
  setDefaultLlmProfile,
  touchLlmProfile,
  updateLlmProfile,
} from './vibesurf/queries/llm-profiles.js';
export {
  createMcpProfile,
  deleteMcpProfile,
  getMcpProfile,
  getMcpProfileByDisplayName,
  listActiveMcpProfiles,
  listMcpProfiles,
  type McpProfileFilter,
  type McpProfileInput,
  type McpProfilePatch,
  touchMcpProfile,
  updateMcpProfile,
} from './vibesurf/queries/mcp-profiles.js';
export type { Page } from './vibesurf/queries/page.js';
export {
  createSchedule,
  deleteSchedule,
  dueSchedules,
  getSchedule,
  listEnabledSchedules,
  listSchedules,
  recordExecution,
  type ScheduleFilter,
  type ScheduleInput,
  type ScheduleKey,
  type SchedulePatch,
  type ScheduleTime,
  updateSchedule,
} from './vibesurf/queries/schedules.js';
export type { SecretStore } from './vibesurf/queries/secrets.js';
export {
  countTasksByStatus,
  deleteTask,
  FINISHED_STATUSES,
  type FinishedStatus,
  getActiveTask,
  getTask,
  listRecentTasks,
  listRunningTasks,
  listSessions,
  listTasksByLlmProfile,
  listTasksBySession,
  type SessionSummary,
  saveTask,
  type TaskCompletion,
  type TaskInput,
  updateTaskCompletion,
  updateTaskStatus,
} from './vibesurf/queries/tasks.js';
export {
  countUploadedFiles,
  deleteUploadedFile,
  getUploadedFile,
  hardDeleteUploadedFile,
  listUploadedFiles,
  listUploadedFilesBySession,
  type PurgeOptions,
  purgeUploadedFiles,
  recordUploadedFile,
  type UploadedFileFilter,
  type UploadedFileInput,
} from './vibesurf/queries/uploaded-files.js';
export {
  createVoiceProfile,
  deleteVoiceProfile,
  getVoiceProfile,
  listVoiceProfiles,
  type OpenVoiceProfile,
  openVoiceProfile,
  touchVoiceProfile,
  updateVoiceProfile,
  type VoiceProfileFilter,
  type VoiceProfileInput,
  type VoiceProfilePatch,
} from './vibesurf/queries/voice-profiles.js';
export {
  deleteWorkflowSkill,
  getWorkflowSkill,
  listWorkflowSkills,
  saveWorkflowSkill,
  updateWorkflowExposeConfig,
  type WorkflowExposeConfig,
  type WorkflowSkillFilter,
  type WorkflowSkillPatch,
} from './vibesurf/queries/workflow-skills.js';
export { Scheduler, type SchedulerOptions } from './vibesurf/scheduler.js';
export { SEALED_COLUMNS } from './vibesurf/sealed-columns.js';
export {
  type ControllerConfiguration,
  type ControllerConfigurationInput,
  controllerConfiguration,
} from './vibesurf/shapes/controller-configuration.js';
export { type LlmConfiguration, type LlmConfigurationInput, llmConfiguration } from './vibesurf/shapes/llm-configuration.js';
export {
  type McpServerConfig,
  type McpServerConfigInput,
  type McpServerParams,
  type McpServerParamsInput,
  mcpServerConfig,
  mcpServerParams,
} from './vibesurf/shapes/mcp-server.js';
export { type ShapeName, shapeByName, validateShape } from './vibesurf/shapes/shapes.js';
export { type TaskMetadata, type TaskMetadataInput, taskMetadata } from './vibesurf/shapes/task-metadata.js';
