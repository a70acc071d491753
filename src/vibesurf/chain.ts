import { migrations } from 'virtual:tablite/migrations';
import type { MigrationReference } from '../migrate/chain.js';

/** The chain of VibeSurf's schema, versions 1 to 8. The SQL is loaded only when a database is not at its head. */
export const vibesurfMigrations: readonly MigrationReference[] = migrations;
