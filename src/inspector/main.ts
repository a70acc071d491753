import { mountInspector } from './inspector.js';

const container = document.getElementById('inspector');
if (container) {
  void mountInspector(container, {
    name: 'vibesurf',
    migrations: import.meta.glob('/migrations/*.sql', { query: '?raw', import: 'default', eager: true }),
  });
}
