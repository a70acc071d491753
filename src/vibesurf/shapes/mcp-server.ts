import * as v from 'valibot';
import { finiteNumber, recordOf, shape } from './shape.js';

/** How an MCP server is started; `timeout` is in seconds. */
export const mcpServerParams = shape({
  command: v.string(),
  args: v.array(v.string()),
  env: v.optional(recordOf(v.string())),
  cwd: v.optional(v.string()),
  timeout: v.optional(finiteNumber),
});

/** The MCP servers of a task by name. */
export const mcpServerConfig = shape({
  mcpServers: v.optional(recordOf(mcpServerParams), () => ({})),
});

export type McpServerParams = v.InferOutput<typeof mcpServerParams>;
export type McpServerParamsInput = v.InferInput<typeof mcpServerParams>;
export type McpServerConfig = v.InferOutput<typeof mcpServerConfig>;
export type McpServerConfigInput = v.InferInput<typeof mcpServerConfig>;
