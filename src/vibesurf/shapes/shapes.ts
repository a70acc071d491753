import type { StandardSchemaV1 } from '@standard-schema/spec';
import { validate } from '../../drizzle/columns/schema-issues.js';
import { InvalidJsonError } from '../../errors/column-error.js';
import { controllerConfiguration } from './controller-configuration.js';
import { llmConfiguration } from './llm-configuration.js';
import { mcpServerConfig, mcpServerParams } from './mcp-server.js';
import { taskMetadata } from './task-metadata.js';

const shapes = {
  task_metadata: taskMetadata,
  llm_configuration: llmConfiguration,
  mcp_server_params: mcpServerParams,
  mcp_server_config: mcpServerConfig,
  controller_configuration: controllerConfiguration,
} as const;

export type ShapeName = keyof typeof shapes;
export type ShapeInputOf<Name extends ShapeName> = StandardSchemaV1.InferInput<(typeof shapes)[Name]>;
export type ShapeOutputOf<Name extends ShapeName> = StandardSchemaV1.InferOutput<(typeof shapes)[Name]>;

/** The schema of a shape; undefined of a name that there is no shape of. */
export function shapeByName(name: string): StandardSchemaV1 | undefined {
  // A key of its own is one of the names.
  return Object.hasOwn(shapes, name) ? shapes[name as ShapeName] : undefined;
}

/**
 * What is to be stored of `data`: with the shape's defaults, without keys that it does not know and without nulls. A name that there is
 * no shape of gives `data` back as it is.
 *
 * @throws {InvalidJsonError} when it does not fit, with the path of each issue.
 */
export function validateShape<Name extends ShapeName>(name: Name, data: ShapeInputOf<Name>): ShapeOutputOf<Name>;
export function validateShape<Data>(name: string, data: Data): Data;
export function validateShape(name: string, data: unknown): unknown {
  const schema = shapeByName(name);
  if (!schema) return data;
  const { value, issues } = { value: undefined, ...validate(schema, data) };
  if (issues) throw new InvalidJsonError(name, issues);
  return value;
}
