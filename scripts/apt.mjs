// Debian's packages, where there are some.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export function canUseApt() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Installs a package; false when that failed. */
export function aptInstall(name) {
  return (
    runs('apt-get', ['-o', 'DPkg::Lock::Timeout=240', 'update']) && runs('apt-get', ['install', '-y', '--no-install-recommends', name])
  );
}

/** Whether a command succeeds. */
export function runs(command, args) {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    return true;
  } catch (error) {
    console.error(`${command} failed: ${error.message}`);
    return false;
  }
}
