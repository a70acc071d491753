import type { SealedColumn } from '../seal/place.js';

export const LLM_API_KEY: SealedColumn = { table: 'llm_profiles', column: 'encrypted_api_key', primaryKey: 'profile_id' };
export const VOICE_API_KEY: SealedColumn = { table: 'voice_profiles', column: 'encrypted_api_key', primaryKey: 'profile_id' };
export const CREDENTIAL_VALUE: SealedColumn = { table: 'credentials', column: 'encrypted_value', primaryKey: 'id' };

/** Every column of VibeSurf that holds sealed values: what a rotation, and an export without secrets, have to be given. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [LLM_API_KEY, VOICE_API_KEY, CREDENTIAL_VALUE];
