// @vitest-environment node

import { readdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type FileSystem, replaceFile, writeNewFile } from '../../src/authoring/write-file.js';
import { makeProject } from './projects/project.js';

const NODE: FileSystem = { open, rename, rm };

function refusing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

/** Writes half of what it is given, and then the disk is full. */
const FULL: FileSystem = {
  ...NODE,
  async open(path, flags, mode) {
    const file = await open(path, flags, mode);
    const writeFile = async (content: unknown) => {
      await file.writeFile(String(content).slice(0, 2));
      return refusing('ENOSPC')();
    };
    return { writeFile, sync: () => file.sync(), close: () => file.close() };
  },
};

describe('a file that is replaced', () => {
  it('is the old one until it is the new one, and the new one is on disk first', async () => {
    const project = makeProject('empty');
    project.write('a', 'old');
    const seen: string[] = [];
    const look = (step: string) => seen.push(`${step}: ${project.read('a')}`);
    const watched: FileSystem = {
      async open(path, flags, mode) {
        const file = await open(path, flags, mode);
        const what = flags === 'r' ? 'folder' : 'file';
        return {
          writeFile: async (content) => {
            await file.writeFile(content);
            look('written');
          },
          sync: async () => {
            await file.sync();
            look(`${what} on disk`);
          },
          close: () => file.close(),
        };
      },
      async rename(from, to) {
        look('before');
        await rename(from, to);
        look('renamed');
      },
      rm,
    };
    await replaceFile(`${project.path}/a`, 'new', { files: watched });
    expect(seen).toEqual(['written: old', 'file on disk: old', 'before: old', 'renamed: new', 'folder on disk: new']);
    expect(readdirSync(project.path)).toEqual(['a']);
  });

  it.each([
    ['the disk is full', FULL, 'ENOSPC'],
    ['the file cannot be made', { ...NODE, open: refusing('EACCES') }, 'EACCES'],
    ['the name cannot be taken', { ...NODE, rename: refusing('EPERM') }, 'EPERM'],
  ])('is as it was when %s', async (_when, files, code) => {
    const project = makeProject('empty');
    project.write('a', 'old');
    await expect(replaceFile(`${project.path}/a`, 'new', { files })).rejects.toMatchObject({
      code: 'FILE_WRITE',
      message: expect.stringContaining(code),
    });
    expect(project.read('a')).toBe('old');
    expect(readdirSync(project.path)).toEqual(['a']);
  });
});

describe('a new file', () => {
  it('overwrites none', async () => {
    const project = makeProject('empty');
    project.write('a', 'old');
    await expect(writeNewFile(`${project.path}/a`, 'new')).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(project.read('a')).toBe('old');
  });

  it('that could not be written whole is not there', async () => {
    const project = makeProject('empty');
    await expect(writeNewFile(`${project.path}/a`, 'new', { files: FULL })).rejects.toMatchObject({ code: 'FILE_WRITE' });
    expect(readdirSync(project.path)).toEqual([]);
  });
});
