import * as v from 'valibot';
import { anyObject, finiteNumber, integer, shape } from './shape.js';

/** What is remembered of a task's run. */
export const taskMetadata = shape({
  execution_duration_seconds: v.optional(finiteNumber),
  total_actions: v.optional(integer),
  generated_report_path: v.optional(v.string()),
  final_summary: v.optional(v.string()),
  control_history: v.optional(v.array(anyObject), () => []),
  last_error: v.optional(v.string()),
  error_recovery_attempts: v.optional(integer, 0),
  created_via: v.optional(v.string(), 'api'),
});

export type TaskMetadata = v.InferOutput<typeof taskMetadata>;
export type TaskMetadataInput = v.InferInput<typeof taskMetadata>;
