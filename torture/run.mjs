// Kills browsers while they write: npm run torture [-- --browser chromium|chromium-sqlite|firefox --kills 100 --out figures.json]
import { runnerImport } from 'vite';

const { module } = await runnerImport('./torture/main.ts', { configFile: false, logLevel: 'warn' });
process.exitCode = await module.main(process.argv.slice(2));
