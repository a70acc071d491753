import * as vibesurf from '../../../src/vibesurf.js';

declare global {
  interface Window {
    vibesurf: typeof vibesurf;
    /** The manager that the test opened in this tab. */
    manager: vibesurf.DatabaseManager;
    /** The flows that a scheduler of this tab has run. */
    runs: string[];
  }
}

Object.assign(window, { vibesurf, runs: [] });
