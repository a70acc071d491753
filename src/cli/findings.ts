import { join, relative } from 'node:path';
import { titled } from '../lint/catalogue.js';
import type { Finding } from '../lint/finding.js';
import type { Invocation } from './command.js';
import { painter } from './paint.js';

/** Findings as lines `file:line:column: severity rule: why instead`, with the rule's title and with paths from where the command was given. */
export function findingLines(findings: readonly Finding[], { io, folder }: Invocation): string[] {
  const { red, yellow, dim } = painter(io);
  const color = { error: red, warning: yellow, info: dim };
  return findings.map(({ rule, severity, file, line, column, why, instead }) => {
    const at = `${relative(io.cwd, join(folder, file))}:${line}:${column}`;
    return `${at}: ${color[severity](severity)} ${titled(rule)}: ${why} ${instead}`;
  });
}

/** `1 file`, `2 files`. */
export function filesOf(count: number): string {
  return `${count} ${count === 1 ? 'file' : 'files'}`;
}

/** `2 errors, 1 warning`. */
export function tally(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity'], one: string, many: string) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  const counts = [...count('error', 'error', 'errors'), ...count('warning', 'warning', 'warnings'), ...count('info', 'note', 'notes')];
  return counts.join(', ') || 'nothing found';
}
