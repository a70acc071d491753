import { type ChainFolder, readChainFolder } from '../authoring/chain-folder.js';
import { type CheckedChain, checkChain, isError } from '../authoring/check-chain.js';
import { LOCK_FILE, readLock } from '../authoring/lock-file.js';
import { loadEngine } from '../engine/engine.js';
import type { Finding } from '../lint/finding.js';
import { migrationsSource, sqlSource } from './modules.js';
import { type Report, type ReportPaths, reportAll, reportError, reportFinding } from './report.js';

/** Node reads the WebAssembly beside sql.js, and asks for no address. */
const NO_URL = '';
/** Findings that no option sets aside: an edited or misplaced file breaks databases that are out there. */
const LOCK_RULES: ReadonlySet<string> = new Set(['L040', 'L041']);

/** A chain as the virtual modules show it, or why they cannot. */
export interface ChainModules {
  /** Names of the files it was made from. */
  readonly files: readonly string[];
  readonly warnings: readonly Report[];
  /** Why there is no chain to be had. */
  readonly failure: Report | undefined;
  /** The sources; empty when there is a failure. */
  readonly migrations: string;
  readonly sql: string;
}

export interface ChainRules {
  readonly lint: boolean;
  /** What a file without a line in the lock file is: nothing while it is being written. */
  readonly unlocked: 'error' | 'warning' | 'fine';
}

/** Reads, lints and locks a chain for a bundle. What is wrong with it is a value; what is wrong with the machine is thrown. */
export async function readChainModules(paths: ReportPaths, rules: ChainRules): Promise<ChainModules> {
  const none = { files: [], warnings: [], migrations: '', sql: '' };
  try {
    const [engine, folder, locked = []] = await Promise.all([loadEngine(NO_URL), readChainFolder(paths.folder), readLock(paths.folder)]);
    const findings = findingsOf(await checkChain(engine, folder, locked), rules);
    const warnings = await Promise.all(findings.filter(({ severity }) => severity === 'warning').map((each) => reportFinding(each, paths)));
    const failure = await reportAll(findings.filter(isError), paths);
    const files = namesOf(folder);
    if (failure) return { ...none, files, warnings, failure };
    return { files, warnings, failure: undefined, migrations: migrationsSource(folder), sql: sqlSource(folder) };
  } catch (thrown) {
    const failure = await reportError(thrown, paths);
    if (!failure) throw thrown;
    return { ...none, failure };
  }
}

function findingsOf({ findings, unlocked }: CheckedChain, rules: ChainRules): readonly Finding[] {
  const kept = rules.lint ? findings : findings.filter(({ rule }) => LOCK_RULES.has(rule));
  const [file] = unlocked;
  const { unlocked: severity } = rules;
  if (severity === 'fine' || file === undefined) return kept;
  const why = `A build may be released, and ${LOCK_FILE} lacks ${unlocked.join(', ')}: nothing would tell when such a file changes afterwards.`;
  const instead = `Run \`npx tablite lock\` and commit ${LOCK_FILE}.`;
  return [...kept, { rule: 'L040', severity, file, line: 1, column: 1, why, instead }];
}

function namesOf({ files }: ChainFolder): string[] {
  return files.map(({ path }) => path);
}
