import * as v from 'valibot';
import { anyObject, finiteNumber, integer, shape } from './shape.js';

/** How a language model is called. It has no place for an API key: one that is given is dropped. */
export const llmConfiguration = shape({
  model: v.string(),
  base_url: v.optional(v.string()),
  temperature: v.optional(finiteNumber),
  max_tokens: v.optional(integer),
  top_p: v.optional(finiteNumber),
  frequency_penalty: v.optional(finiteNumber),
  seed: v.optional(integer),
  provider: v.optional(v.string(), 'openai'),
  provider_config: v.optional(anyObject, () => ({})),
});

export type LlmConfiguration = v.InferOutput<typeof llmConfiguration>;
export type LlmConfigurationInput = v.InferInput<typeof llmConfiguration>;
