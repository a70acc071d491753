import { migrations } from 'virtual:tablite/migrations';

globalThis.dispatchEvent(new CustomEvent('chain', { detail: migrations }));
