import { parseArgs } from 'node:util';
import { BROWSER_KINDS, type BrowserKind } from './browser.js';

export interface Options {
  readonly kind: BrowserKind;
  readonly kills: number;
  readonly minutes: number;
  readonly seed: number;
  /** The port of the page; 0 for any. A kept profile can only be looked at on the port that it was made on. */
  readonly port: number;
  /** Starts on one profile, at most. */
  readonly starts: number;
  readonly cuts: number;
  readonly tear: number;
  /** Where the profiles are made; a new folder by default. */
  readonly folder: string | undefined;
  /** A file for the figures. */
  readonly out: string | undefined;
  /** Whether the first problem ends the run. */
  readonly isStrict: boolean;
}

/** @throws {Error} for an option that is not one, or a value that does not fit it. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      browser: { type: 'string', default: 'chromium' },
      kills: { type: 'string', default: '20' },
      minutes: { type: 'string', default: '600' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      port: { type: 'string', default: '0' },
      starts: { type: 'string', default: '60' },
      cuts: { type: 'string', default: '4' },
      tear: { type: 'string', default: '0' },
      folder: { type: 'string' },
      out: { type: 'string' },
      'stop-on-problem': { type: 'boolean', default: false },
    },
  });
  const kind = BROWSER_KINDS.find((each) => each === values.browser);
  if (!kind) throw new Error(`--browser is to be one of ${BROWSER_KINDS.join(', ')}`);
  const number = (name: 'kills' | 'minutes' | 'seed' | 'port' | 'starts' | 'cuts' | 'tear') => {
    const value = Number(values[name]);
    if (!(value >= 0)) throw new Error(`--${name} is to be a number`);
    return value;
  };
  return {
    kind,
    kills: number('kills'),
    minutes: number('minutes'),
    seed: number('seed'),
    port: number('port'),
    starts: number('starts'),
    cuts: number('cuts'),
    tear: number('tear'),
    folder: values.folder,
    out: values.out,
    isStrict: values['stop-on-problem'],
  };
}
