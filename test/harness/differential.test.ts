// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ComparedDatabases } from './compared-databases.js';
import { runs } from './runs.js';
import { sqlEvent } from './sql-history.js';

// Node 20 itself has crashed in about one run of five, with sql.js at work and none of ours in between: it is run by itself, by hand.
describe.runIf(process.env['TABLITE_RUNS'])('random SQL on a database in two tabs', () => {
  it('gives the same results, errors, schema and rows as plain sql.js', async () => {
    const counts = { histories: 0, statements: 0, errors: 0, comparisons: 0, crashes: 0 };
    const property = fc.asyncProperty(fc.array(sqlEvent, { minLength: 1, maxLength: 30, size: 'max' }), async (events) => {
      const databases = await new ComparedDatabases(counts).begin();
      for (const event of events) await databases.perform(event);
      await databases.compare();
      await databases.close();
      counts.histories++;
    });
    await fc.assert(property, runs(100));
    console.log(`differential: ${JSON.stringify(counts)}`);
    expect(counts.errors).toBeGreaterThan(0);
    expect(counts.errors).toBeLessThan(counts.statements / 2);
  }, 7_200_000);
});
