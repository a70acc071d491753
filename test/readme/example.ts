import { openDatabase } from 'tablite';

const db = await openDatabase({
  name: 'notes',
  migrations: [
    { name: 'v001_notes.sql', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0)' },
  ],
});

const stop = db.subscribe(['notes'], ({ origin }) => console.log(`notes changed in ${origin === 'own' ? 'this' : 'another'} tab`));

await db.run('INSERT INTO notes (text) VALUES (?)', ['write the manual']);

const doneId = await db.write((tx) => {
  const note = tx.get<{ id: number }>('SELECT id FROM notes WHERE done = 0 ORDER BY id');
  if (note) tx.run('UPDATE notes SET done = 1 WHERE id = :id', { id: note.id });
  return note?.id;
});
console.log(`note ${doneId} is done:`, db.get('SELECT text, done FROM notes WHERE id = ?', [doneId ?? 0]));

stop();
await db.close();
