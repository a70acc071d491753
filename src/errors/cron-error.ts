import { TabliteError } from './tablite-error.js';

export type CronErrorCode = 'CRON_FIELDS' | 'CRON_INVALID' | 'CRON_ZONE';

/** A cron expression that has not five fields, that has a field with no such times, or a time zone that is unknown. */
export class InvalidCronError extends TabliteError {
  override readonly name = 'InvalidCronError';
  readonly code: CronErrorCode;
  /** The place of the field that is wrong, from 1; undefined where it is not one of them. */
  readonly field: number | undefined;

  constructor(code: CronErrorCode, message: string, options: ErrorOptions & { readonly field?: number } = {}) {
    super(message, options);
    this.code = code;
    this.field = options.field;
  }
}
