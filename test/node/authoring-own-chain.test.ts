// @vitest-environment node
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { tabliteJson } from './projects/project.js';

it('the chain of this project passes its own lint, and every file of it is locked', async () => {
  const { code, value } = await tabliteJson({ path: resolve('.') }, ['lint', '--locked']);
  expect(value).toMatchObject({ hasErrors: false, unlocked: [] });
  expect(code).toBe(0);
});
