import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { composioToolkits } from './composio-toolkit.js';
import { llmProfiles } from './llm-profile.js';
import { mcpProfiles } from './mcp-profile.js';
import { tasks } from './task.js';
import { voiceProfiles } from './voice-profile.js';
import { workflowSkills } from './workflow-skill.js';

/** A column that holds JSON, and the one that tells its rows apart. */
export interface JsonColumn {
  readonly table: SQLiteTable;
  readonly primaryKey: SQLiteColumn;
  readonly column: SQLiteColumn;
}

function of(table: SQLiteTable, primaryKey: SQLiteColumn, columns: readonly SQLiteColumn[]): JsonColumn[] {
  return columns.map((column) => ({ table, primaryKey, column }));
}

/** Every column that holds JSON. */
export const JSON_COLUMNS: readonly JsonColumn[] = [
  ...of(llmProfiles, llmProfiles.profileId, [
    llmProfiles.temperature,
    llmProfiles.maxTokens,
    llmProfiles.topP,
    llmProfiles.frequencyPenalty,
    llmProfiles.seed,
    llmProfiles.providerConfig,
  ]),
  ...of(tasks, tasks.taskId, [tasks.mcpServerConfig, tasks.taskMetadata]),
  ...of(mcpProfiles, mcpProfiles.mcpId, [mcpProfiles.mcpServerParams]),
  ...of(voiceProfiles, voiceProfiles.profileId, [voiceProfiles.voiceMetaParams]),
  ...of(composioToolkits, composioToolkits.id, [composioToolkits.tools]),
  ...of(workflowSkills, workflowSkills.id, [workflowSkills.workflowExposeConfig]),
];
