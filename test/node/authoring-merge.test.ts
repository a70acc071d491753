// @vitest-environment node
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { makeProject, type Project, tablite, tabliteJson } from './projects/project.js';

function git({ path }: Project, ...argv: string[]): { code: number | null; stdout: string } {
  const settings = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null'];
  const { status, stdout } = spawnSync('git', [...settings, ...argv], { cwd: path, encoding: 'utf8' });
  return { code: status, stdout };
}

async function addOnBranch(project: Project, branch: string): Promise<void> {
  git(project, 'checkout', '-q', '-b', branch, 'main');
  project.write(`migrations/v004_${branch}.sql`, `-- Version 4: ${branch}.\nCREATE TABLE ${branch} (id INTEGER PRIMARY KEY);\n`);
  expect(await tablite(project, ['lock'])).toMatchObject({ code: 0 });
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', branch);
}

it('two branches that take the same number conflict when they are merged, and the lint says how to go on', async () => {
  const project = makeProject();
  git(project, 'init', '-q', '-b', 'main');
  expect(await tablite(project, ['lock'])).toMatchObject({ code: 0 });
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'first');
  const released = project.read('migrations/chain.lock');
  await addOnBranch(project, 'tags');
  await addOnBranch(project, 'users');

  expect(git(project, 'merge', 'tags').code).toBe(1);
  expect(git(project, 'diff', '--name-only', '--diff-filter=U').stdout).toBe('migrations/chain.lock\n');
  const { code, value } = await tabliteJson(project, ['lint']);
  expect(code).toBe(1);
  expect(value).toMatchObject({ error: { code: 'LOCK_CONFLICT', file: 'chain.lock', line: 5 } });

  // As the message says: keep the line that is released, renumber the other file, lock it.
  const kept = git(project, 'show', 'tags:migrations/chain.lock').stdout;
  project.write('migrations/chain.lock', kept);
  git(project, 'mv', 'migrations/v004_users.sql', 'migrations/v005_users.sql');
  expect(await tablite(project, ['lock'])).toMatchObject({ code: 0, stdout: 'locked v005_users.sql\n' });
  const locked = project.read('migrations/chain.lock');
  expect(locked.startsWith(kept) && kept.startsWith(released)).toBe(true);
  expect(await tablite(project, ['lint', '--locked'])).toMatchObject({ code: 0 });
});
