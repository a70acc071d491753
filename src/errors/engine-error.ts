import { TabliteError } from './tablite-error.js';

export type EngineErrorCode = 'ENGINE_LOAD' | 'ENGINE_UNFIT';

/**
 * sql.js could not be loaded (`ENGINE_LOAD`, opening again retries it), or the copy that was loaded does not behave as the
 * paged file needs (`ENGINE_UNFIT`).
 */
export class EngineError extends TabliteError {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
