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

/** All tables of VibeSurf, in the order in which the chain makes them. */
export const MODELS: readonly SQLiteTable[] = [
  llmProfiles,
  tasks,
  uploadedFiles,
  mcpProfiles,
  voiceProfiles,
  composioToolkits,
  credentials,
  schedules,
  workflowSkills,
];
