import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/lint/catalogue.js';
import type { Finding } from '../../src/lint/finding.js';
import { lintChain } from '../../src/lint/lint-chain.js';
import { engine } from '../engine/open-connection.js';

const FILES = import.meta.glob<string>('./cases/*/*.sql', { query: '?raw', import: 'default', eager: true });
/** Rules that look at names, at the lock, at options, or at what no text file should hold: `options.test.ts`. */
const BY_OPTION = new Set(['L001', 'L005', 'L035', 'L040', 'L041']);
const IDS = RULES.map(({ id }) => id).filter((id) => !BY_OPTION.has(id));

/** What is found in a case's file, behind the file of what was there before. */
function findingsOf(id: string, file: 'bad' | 'good', change = (text: string) => text): readonly Finding[] {
  const before = FILES[`./cases/${id}/before.sql`];
  const sql = change(FILES[`./cases/${id}/${file}.sql`] ?? '');
  const chain =
    before === undefined
      ? [{ name: 'v001_case.sql', sql }]
      : [
          { name: 'v001_before.sql', sql: before },
          { name: 'v002_case.sql', sql },
        ];
  const name = chain.at(-1)?.name;
  const { findings } = lintChain(engine, chain);
  expect(findings.filter((finding) => finding.file !== name && finding.rule === 'L000')).toEqual([]);
  return findings.filter((finding) => finding.file === name);
}

/** The text with each word, or each second one, in upper case; comments as they are. */
function withMixedCase(text: string, parity: number): string {
  let words = 0;
  return text.replaceAll(/--.*|[A-Za-z_]+/g, (word) => (word.startsWith('--') || words++ % 2 === parity ? word : word.toUpperCase()));
}

describe.each(IDS)('%s', (id) => {
  it('has both a bad and a good file', () => {
    expect(FILES).toHaveProperty([`./cases/${id}/bad.sql`]);
    expect(FILES).toHaveProperty([`./cases/${id}/good.sql`]);
  });

  it('finds what the bad file announces, at its place, and nothing else', () => {
    const found = findingsOf(id, 'bad');
    const announced = (FILES[`./cases/${id}/bad.sql`] ?? '').split('\n').filter((line) => /^-- \w+ at \d+:\d+$/.test(line));
    expect(announced).not.toEqual([]);
    expect(found.filter(({ rule }) => rule === id).map(({ severity, line, column }) => `-- ${severity} at ${line}:${column}`)).toEqual(
      announced,
    );
    // What is found is not reported a second time as a statement that SQLite refuses.
    if (id !== 'L000') expect(found.filter(({ rule }) => rule === 'L000')).toEqual([]);
  });

  it('finds the same whatever the case of words and names', () => {
    const show = (findings: readonly Finding[]) =>
      findings.filter(({ rule }) => rule === id || rule === 'L000').map(({ severity, line, column }) => `${severity} ${line}:${column}`);
    for (const file of ['bad', 'good'] as const) {
      for (const parity of [0, 1, 2]) {
        const found = findingsOf(id, file, (text) => withMixedCase(text, parity));
        expect(show(found), `${file} ${parity}`).toEqual(show(findingsOf(id, file)));
      }
    }
  });

  it('finds nothing in the good file', () => {
    expect(findingsOf(id, 'good').filter(({ rule }) => rule === id || rule === 'L000')).toEqual([]);
  });
});

describe('a rule', () => {
  it('has an id of its own, and texts', () => {
    const ids = RULES.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    for (const { id, title, why, instead } of RULES) {
      expect(id).toMatch(/^L\d{3}$/);
      for (const text of [title, why, instead]) expect(text).toMatch(/^[A-Z].{10,}/);
    }
  });

  it('that every case is about is in the catalogue', () => {
    const folders = new Set(Object.keys(FILES).map((path) => path.split('/')[2] ?? ''));
    expect([...folders].filter((id) => !IDS.includes(id))).toEqual([]);
  });
});
