import type { Database } from '../../src/index.js';

/** A database that fails after so many writes, so that what would write without end ends a test. */
export function limitedDatabase(database: Database, most: number): Database {
  let writes = 0;
  return new Proxy(database, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key === 'write' && ++writes > most) throw new RangeError(`more than ${most} writes`);
      return value.bind(target);
    },
  });
}
