/** What an app may set for Vite: https://vite.dev/guide/env-and-mode */
interface ImportMetaEnv {
  readonly VITE_VIBESURF_DATABASE_URL?: string;
}
