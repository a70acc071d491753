/** The dependencies that Vite bundles before a run: one that it found only then would reload the page in the middle of a test. */
export const PRE_BUNDLED: string[] = [
  'sql.js',
  'crc-32',
  'idb-keyval',
  '@noble/hashes/sha2.js',
  '@noble/hashes/utils.js',
  'drizzle-orm',
  'drizzle-orm/better-sqlite3/session',
  'drizzle-orm/relations',
  'drizzle-orm/sqlite-core',
  'valibot',
  'croner',
  'uuid',
];
