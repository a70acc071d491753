import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { systemCode } from '../authoring/authoring-error.js';
import { codeFrame } from '../authoring/code-frame.js';
import { TabliteError } from '../errors/tablite-error.js';
import { titled } from '../lint/catalogue.js';
import type { Finding } from '../lint/finding.js';

/** Something to tell whoever builds, as Vite takes it: `loc` counts lines from 1. */
export interface Report {
  readonly message: string;
  /** The file, absolute. */
  readonly id: string;
  readonly loc: { readonly file: string; readonly line: number; readonly column: number };
  /** The lines around it. */
  readonly frame: string;
}

/** Where paths are shown from, and the folder that findings are of. */
export interface ReportPaths {
  readonly root: string;
  readonly folder: string;
}

/** One finding. */
export function reportFinding(finding: Finding, paths: ReportPaths): Promise<Report> {
  return reportAt(findingText(finding, paths), finding, paths);
}

/** All findings that fail the build, as one, at the place of the first; undefined when there are none. */
export async function reportAll(findings: readonly Finding[], paths: ReportPaths): Promise<Report | undefined> {
  const [first] = findings;
  return first && reportAt(findings.map((finding) => findingText(finding, paths)).join('\n'), first, paths);
}

/** An error that has a file; undefined for any other. */
export async function reportError(thrown: unknown, paths: ReportPaths): Promise<Report | undefined> {
  if (!(thrown instanceof TabliteError) || !('file' in thrown) || typeof thrown.file !== 'string') return undefined;
  const line = 'line' in thrown && typeof thrown.line === 'number' ? thrown.line : 1;
  const column = 'column' in thrown && typeof thrown.column === 'number' ? thrown.column : 1;
  return reportAt(thrown.message, { file: thrown.file, line, column }, paths);
}

function findingText({ file, line, column, rule, why, instead }: Finding, { root, folder }: ReportPaths): string {
  return `${relative(root, join(folder, file))}:${line}:${column}: ${titled(rule)}: ${why} ${instead}`;
}

type Place = Pick<Finding, 'file' | 'line' | 'column'>;

async function reportAt(message: string, { file, line, column }: Place, { folder }: ReportPaths): Promise<Report> {
  const id = isAbsolute(file) ? file : join(folder, file);
  return { message, id, loc: { file: id, line, column }, frame: codeFrame(await textOf(id), line, column) };
}

/** Empty for what is no file: a finding may be that it is gone. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'EISDIR') return '';
    throw cause;
  }
}
