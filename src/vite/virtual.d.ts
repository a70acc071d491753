/** The chain in the folder that the plugin of `tablite/vite` was given. */
declare module 'virtual:tablite/migrations' {
  /** For `openDatabase({ migrations })`. The SQL of all files is one chunk, loaded only when a file has to be run. */
  export const migrations: readonly import('tablite').MigrationReference[];
}
