import { composioToolkits } from './models/composio-toolkit.js';
import { credentials } from './models/credential.js';
import { llmProfiles } from './models/llm-profile.js';
import { mcpProfiles } from './models/mcp-profile.js';
import { schedules } from './models/schedule.js';
import { tasks } from './models/task.js';
import { uploadedFiles } from './models/uploaded-file.js';
import { voiceProfiles } from './models/voice-profile.js';
import { workflowSkills } from './models/workflow-skill.js';

/** The tables by the names that Drizzle's `query` knows them under. */
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
