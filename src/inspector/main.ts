import { migrations } from 'virtual:tablite/migrations';
import { mountInspector } from './inspector.js';

const container = document.getElementById('inspector');
if (container) {
  void mountInspector(container, { name: 'vibesurf', migrations });
}
