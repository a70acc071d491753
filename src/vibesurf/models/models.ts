import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { composioToolkits } from './composio-toolkit.js';
import { credentials } from './credential.js';
import { llmProfiles } from './llm-profile.js';
import { mcpProfiles } from './mcp-profile.js';
import { schedules } from './schedule.js';
import { tasks } from './task.js';
import { uploadedFiles } from './uploaded-file.js';
import { voiceProfiles } from './voice-profile.js';
import { workflowSkills } from './workflow-skill.js';

/** All tables of VibeSurf, in the order in which the chain makes them, by the names that Drizzle's `query` knows them under. */
export const vibesurfSchema = {
  llmProfiles,
  tasks,
  uploadedFiles,
  mcpProfiles,
  voiceProfiles,
  composioToolkits,
  credentials,
  schedules,
  workflowSkills,
};

export type VibesurfSchema = typeof vibesurfSchema;

/** The same as a list. */
export const MODELS: readonly SQLiteTable[] = Object.values(vibesurfSchema);
