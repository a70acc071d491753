import { describe, expect, expectTypeOf, it } from 'vitest';
import { validate } from '../../src/drizzle/columns/schema-issues.js';
import type { LlmConfigurationInput } from '../../src/vibesurf/shapes/llm-configuration.js';
import type { McpServerConfig } from '../../src/vibesurf/shapes/mcp-server.js';
import { type ShapeName, shapeByName, validateShape } from '../../src/vibesurf/shapes/shapes.js';
import type { TaskMetadata, TaskMetadataInput } from '../../src/vibesurf/shapes/task-metadata.js';
import { toolkitTools } from '../../src/vibesurf/shapes/toolkit-tools.js';
import { thrownBy } from '../database/outcome.js';

/** Validates what the compiler would not let pass. */
const given = (name: string, data: unknown): unknown => validateShape(name, data);
const issuesOf = (name: string, data: unknown) => (thrownBy(() => given(name, data)) as { issues?: unknown }).issues;

/** Each shape: the least that it takes, what that becomes, and all of its keys filled in. */
const shapes: [ShapeName, unknown, unknown, Record<string, unknown>][] = [
  [
    'task_metadata',
    {},
    { control_history: [], error_recovery_attempts: 0, created_via: 'api' },
    {
      execution_duration_seconds: 299.5,
      total_actions: 3,
      generated_report_path: '/r',
      final_summary: 's',
      control_history: [{ action: 'pause', note: null, at: [1, { deep: null }] }],
      last_error: 'e',
      error_recovery_attempts: 1,
      created_via: 'ui',
    },
  ],
  [
    'llm_configuration',
    { model: 'm' },
    { model: 'm', provider: 'openai', provider_config: {} },
    {
      model: 'm',
      base_url: 'u',
      temperature: 0.7,
      max_tokens: 10,
      top_p: 1,
      frequency_penalty: -1.5,
      seed: -1,
      provider: 'p',
      provider_config: { stop: null, constructor: 1 },
    },
  ],
  [
    'mcp_server_params',
    { command: 'npx', args: [] },
    { command: 'npx', args: [] },
    { command: 'npx', args: ['-y'], env: { LANG: 'de_DE' }, cwd: '/', timeout: 1.5 },
  ],
  ['mcp_server_config', {}, { mcpServers: {} }, { mcpServers: { files: { command: 'npx', args: ['-y'], timeout: 3 } } }],
  [
    'controller_configuration',
    {},
    {
      exclude_actions: [],
      max_actions_per_task: 100,
      display_files_in_done_text: true,
      save_screenshots: true,
      continue_on_action_error: false,
      max_retries_per_action: 3,
    },
    {
      exclude_actions: ['a'],
      max_actions_per_task: 1,
      display_files_in_done_text: false,
      save_screenshots: false,
      continue_on_action_error: true,
      max_retries_per_action: 0,
    },
  ],
];

describe.each(shapes)('%s', (name, least, filledIn, full) => {
  it('fills in its defaults', () => {
    expect(given(name, least)).toStrictEqual(filledIn);
  });

  it('keeps what it knows as it is', () => {
    expect(given(name, full)).toStrictEqual(full);
  });

  it('drops unknown keys', () => {
    expect(given(name, { ...full, api_key: 'sk', more: { a: 1 } })).toStrictEqual(full);
  });

  it('takes null for a key that may be absent, and drops it', () => {
    const required = new Set(Object.keys(least as object));
    const nulled = Object.fromEntries(Object.keys(full).map((key) => [key, required.has(key) ? full[key] : null]));
    const kept = Object.fromEntries(Object.keys(full).flatMap((key) => (required.has(key) ? [[key, full[key]]] : [])));
    expect(given(name, nulled)).toStrictEqual({ ...(filledIn as object), ...kept });
  });

  it('refuses null for a key that has to be there, and one that lacks', () => {
    for (const key of Object.keys(least as object)) {
      expect(issuesOf(name, { ...full, [key]: null })).toEqual([expect.stringMatching(`^${key}: expected (string|Array)$`)]);
      expect(issuesOf(name, { ...full, [key]: undefined })).toEqual([expect.stringMatching(`^${key} (is missing)$`)]);
    }
  });

  it.each([[null], [[]], ['text'], [1], [undefined]])('refuses %j', (data) => {
    expect(issuesOf(name, data)).toEqual(['expected object']);
  });

  it('gives no object that another result holds too', () => {
    const [one, two] = [given(name, least), given(name, least)];
    for (const [key, value] of Object.entries(one as object))
      if (typeof value === 'object' && value !== (least as Record<string, unknown>)[key])
        expect(value).not.toBe(Reflect.get(two as object, key));
  });

  it('is a schema by its name', () => {
    expect(shapeByName(name)?.['~standard'].version).toBe(1);
  });
});

describe('a shape within another', () => {
  it('drops unknown keys and nulls too, and keeps those that are free', () => {
    const server = { command: 'npx', args: ['a'], cwd: null, env: { A: 'b' }, other: 1 };
    expect(given('mcp_server_config', { mcpServers: { files: server } })).toStrictEqual({
      mcpServers: { files: { command: 'npx', args: ['a'], env: { A: 'b' } } },
    });
  });
});

describe('what does not fit', () => {
  it('is named by its path, without its value', () => {
    const thrown = thrownBy(() => given('task_metadata', { control_history: [{}, {}, 'hunter2'], created_via: 5, total_actions: 1.5 }));
    expect(thrown).toMatchObject({ name: 'InvalidJsonError', code: 'COLUMN_JSON', column: 'task_metadata' });
    expect((thrown as { issues?: unknown }).issues).toEqual([
      'total_actions does not fit the schema',
      'control_history[2]: expected object',
      'created_via: expected string',
    ]);
    expect(String(thrown)).not.toContain('hunter2');
  });

  it('is named where it is deep', () => {
    const servers = { one: { command: 'a', args: ['b', 3] }, 'two-b': { args: [], env: { KEY: null } } };
    expect(issuesOf('mcp_server_config', { mcpServers: servers })).toEqual([
      'mcpServers.one.args[1]: expected string',
      'mcpServers["two-b"].command is missing',
      'mcpServers["two-b"].env.KEY: expected string',
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '0.7'])('is a number that JSON cannot hold, or a text: %s', (temperature) => {
    expect(thrownBy(() => given('llm_configuration', { model: 'm', temperature }))).toMatchObject({ code: 'COLUMN_JSON' });
  });
});

describe('a name that there is no shape of', () => {
  it.each(['unknown', '', 'toString', '__proto__'])('gives the data back as it is: "%s"', (name) => {
    const data = { any: null };
    expect(given(name, data)).toBe(data);
    expect(shapeByName(name)).toBeUndefined();
  });
});

describe('the tools of a toolkit', () => {
  it('are 0 or 1 by name', () => {
    expect(validate(toolkitTools, { MAIL_SEND: 1, MAIL_DELETE: 0 })).toEqual({ value: { MAIL_SEND: 1, MAIL_DELETE: 0 } });
    expect(validate(toolkitTools, { MAIL_SEND: 2 }).issues).toEqual(['MAIL_SEND: expected (0 | 1)']);
    expect(validate(toolkitTools, []).issues).toEqual(['expected object']);
  });
});

describe('names of the user', () => {
  it('are kept whatever they are', () => {
    const odd = Object.fromEntries(['constructor', 'prototype', '__proto__', 'toString', ''].map((name) => [name, 'x']));
    const params = { command: 'npx', args: [], env: odd };
    expect(Object.entries(validateShape('mcp_server_params', params).env ?? {})).toEqual(Object.entries(odd));
    const servers = Object.fromEntries(Object.keys(odd).map((name) => [name, params]));
    expect(Object.keys(validateShape('mcp_server_config', { mcpServers: servers }).mcpServers)).toEqual(Object.keys(odd));
  });

  it('are in the path of an issue', () => {
    const config = { mcpServers: { 'a b': { command: 'npx', args: ['x', 5] } } };
    expect(() => shapeByName('mcp_server_config') && validateShape('mcp_server_config', config as never)).toThrow(
      'mcpServers["a b"].args[1]: expected string',
    );
  });
});

describe('an integer', () => {
  it('is one that SQLite and JavaScript write alike', () => {
    expect(() => validateShape('llm_configuration', { model: 'm', seed: 2 ** 60 })).toThrow(/seed/);
    expect(validateShape('llm_configuration', { model: 'm', seed: 2 ** 53 - 1 }).seed).toBe(2 ** 53 - 1);
  });
});

describe('the types', () => {
  it('say what a shape takes and gives', () => {
    expectTypeOf<TaskMetadata['created_via']>().toEqualTypeOf<string>();
    expectTypeOf<TaskMetadata['control_history']>().toEqualTypeOf<Record<string, unknown>[]>();
    expectTypeOf<TaskMetadata['final_summary']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<TaskMetadataInput['created_via']>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<LlmConfigurationInput['model']>().toEqualTypeOf<string>();
    expectTypeOf<McpServerConfig['mcpServers'][string]['args']>().toEqualTypeOf<string[]>();
    expectTypeOf(validateShape('task_metadata', {})).toEqualTypeOf<TaskMetadata>();
    expectTypeOf(validateShape('another', 5)).toEqualTypeOf<number>();
  });
});
