// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { brokenLines, extendLock, movedSchemas } from '../../src/authoring/lock-check.js';
import { chainValue, formatLock, type LockedLine, parseLock } from '../../src/authoring/lock-file.js';

const sum = (digit: string) => digit.repeat(64);
const CHECKSUMS = new Map([
  ['v001_a.sql', sum('a')],
  ['v002_b.sql', sum('b')],
  ['v003_c.ts', sum('c')],
]);
const SCHEMAS = ['1', '2', '3'].map((digit) => digit.repeat(16));

const text = formatLock(extendLock([], CHECKSUMS, SCHEMAS));
const lines = parseLock(text);

function line(at: number): LockedLine {
  const found = lines[at];
  expect(found).toBeDefined();
  return found as LockedLine;
}

describe('the lock file', () => {
  it('has a line for each file, below one that says what it is', () => {
    expect(text.replaceAll(/([0-9a-f])\1{60,}/g, '$1...')).toMatch(
      /^# .*`npx tablite lock`.*\nv001_a\.sql sha256:a\.\.\. chain:[0-9a-f]{64} schema:1{16}\nv002_b.*\nv003_c\.ts .*\n$/,
    );
    expect(lines.map(({ name, line: number }) => [name, number])).toEqual([
      ['v001_a.sql', 2],
      ['v002_b.sql', 3],
      ['v003_c.ts', 4],
    ]);
  });

  it('is read with the line ends of any system', () => {
    expect(parseLock(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toEqual(lines);
  });

  it('chains each line to all above it', () => {
    expect(line(1).chain).toBe(chainValue(line(0).chain, 'v002_b.sql', sum('b')));
    expect(chainValue('', 'a', 'bc')).not.toBe(chainValue('', 'ab', 'c'));
  });

  it('grows without touching a line', () => {
    const first = extendLock([], new Map([...CHECKSUMS].slice(0, 1)), SCHEMAS.slice(0, 1));
    expect(formatLock(extendLock(first, CHECKSUMS, SCHEMAS))).toBe(text);
  });

  it.each([
    ['v1_a.sql sha256:x', 1],
    [`v001_a.sql sha256:${sum('A')}`, 12],
    [`v001_a.sql sha256:${sum('a')} chain:1`, 84],
    [`v001_a.sql sha256:${sum('a')} chain:${sum('a')}`, 155],
    [`v001_a.sql sha256:${sum('a')} chain:${sum('a')} schema:${'1'.repeat(16)} more`, 179],
  ])('says line and column of what it cannot read: %s', (wrong, column) => {
    expect(() => parseLock(`# first\n${wrong}\n`)).toThrow(
      expect.objectContaining({
        code: 'LOCK_SYNTAX',
        file: 'chain.lock',
        line: 2,
        column,
        message: expect.stringContaining(`chain.lock:2:${column}: `),
      }),
    );
  });

  it.each(['<<<<<<< HEAD', '=======', '>>>>>>> other', '||||||| base'])('with the conflict mark %s says how to mend it', (mark) => {
    expect(() => parseLock(`${text}${mark}\n`)).toThrow(
      expect.objectContaining({ code: 'LOCK_CONFLICT', line: 5, message: expect.stringContaining('next free number') }),
    );
  });
});

describe('a line that does not follow', () => {
  it('is none in a file that was only appended to', () => {
    expect(brokenLines(lines)).toEqual([]);
  });

  it.each([
    ['removed', [line(0), line(2)], 4],
    ['moved', [line(0), line(2), line(1)], 4],
    ['there twice', [line(0), line(1), { ...line(1), name: 'v002_other.sql', line: 9 }], 9],
    ['given another checksum', [line(0), { ...line(1), checksum: sum('d') }, line(2)], 3],
    ['given another name', [line(0), { ...line(1), name: 'v002_other.sql' }, line(2)], 3],
  ])('is found where one was %s', (_what, changed, at) => {
    expect(brokenLines(changed)).toMatchObject([{ rule: 'L040', severity: 'error', file: 'chain.lock', line: at }]);
  });
});

it('a lock file that begins at another version than 1 is told by the version', () => {
  const [forged] = parseLock(formatLock(extendLock([], new Map([['v002_b.sql', sum('b')]]), SCHEMAS)));
  expect(brokenLines(forged ? [forged] : [])).toMatchObject([{ line: 2, why: expect.stringContaining('Version 1 is expected') }]);
});

describe('a schema that is another one now', () => {
  it('is told at the first version that has it', () => {
    expect(movedSchemas(lines, SCHEMAS)).toEqual([]);
    const moved = [SCHEMAS[0] ?? '', 'f'.repeat(16), 'e'.repeat(16)];
    expect(movedSchemas(lines, moved)).toMatchObject([{ rule: 'L040', line: 3, why: expect.stringContaining('another schema now') }]);
  });

  it('is not asked about where the chain did not run', () => {
    expect(movedSchemas(lines, [])).toEqual([]);
  });
});
