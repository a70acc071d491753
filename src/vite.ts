export { type TabliteOptions, tablite } from './vite/plugin.js';
