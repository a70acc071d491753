// Version 3: loud notes.
import type { Transaction } from 'tablite';
import { shout } from './voice.js';

export const revision = '1';

export function up(tx: Transaction): void {
  for (const { id, text } of tx.all<{ id: number; text: string }>("SELECT id, text FROM notes WHERE color = 'red'"))
    tx.run('UPDATE notes SET text = ? WHERE id = ?', [shout(text), id]);
}
