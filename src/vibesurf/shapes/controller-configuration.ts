import * as v from 'valibot';
import { integer, shape } from './shape.js';

/** What the agent may do, and how often it tries. */
export const controllerConfiguration = shape({
  exclude_actions: v.optional(v.array(v.string()), () => []),
  max_actions_per_task: v.optional(integer, 100),
  display_files_in_done_text: v.optional(v.boolean(), true),
  save_screenshots: v.optional(v.boolean(), true),
  continue_on_action_error: v.optional(v.boolean(), false),
  max_retries_per_action: v.optional(integer, 3),
});

export type ControllerConfiguration = v.InferOutput<typeof controllerConfiguration>;
export type ControllerConfigurationInput = v.InferInput<typeof controllerConfiguration>;
