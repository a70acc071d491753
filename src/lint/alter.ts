import type { Lexeme } from './lexeme.js';
import type { Reader } from './reader.js';

/** An ALTER TABLE that old rows or old readers may mind. */
export type AlterAction =
  | { readonly kind: 'add-column' | 'drop-column' | 'rename-column'; readonly table: string; readonly column: string; readonly at: Lexeme }
  | { readonly kind: 'set-not-null'; readonly table: string; readonly column: string; readonly at: Lexeme }
  | { readonly kind: 'add-check'; readonly table: string; readonly at: Lexeme }
  | { readonly kind: 'rename-table'; readonly table: string; readonly to: string; readonly at: Lexeme };

/** Reads what follows ALTER TABLE; undefined for what asks nothing of old rows and old readers, such as DROP NOT NULL. */
export function readAlter(reader: Reader): AlterAction | undefined {
  const target = reader.name();
  if (!target) return undefined;
  const table = target.name;
  const at = reader.next;
  if (reader.take('ADD')) return readAdd(reader, table);
  if (reader.take('DROP')) {
    if (reader.next?.word === 'CONSTRAINT') return undefined;
    reader.take('COLUMN');
    return ofColumn('drop-column', table, reader.name());
  }
  if (reader.take('RENAME')) return readRename(reader, table, at);
  if (!reader.take('ALTER')) return undefined;
  reader.take('COLUMN');
  const column = reader.name();
  return column && reader.take('SET', 'NOT', 'NULL') ? { kind: 'set-not-null', table, column: column.name, at: column } : undefined;
}

function readAdd(reader: Reader, table: string): AlterAction | undefined {
  const at = reader.next;
  if (at && (at.word === 'CONSTRAINT' || at.word === 'CHECK')) return { kind: 'add-check', table, at };
  reader.take('COLUMN');
  return ofColumn('add-column', table, reader.name());
}

function readRename(reader: Reader, table: string, at: Lexeme | undefined): AlterAction | undefined {
  if (reader.take('TO')) {
    const to = reader.name();
    return to && at && { kind: 'rename-table', table, to: to.name, at };
  }
  reader.take('COLUMN');
  return ofColumn('rename-column', table, reader.name());
}

function ofColumn(
  kind: 'add-column' | 'drop-column' | 'rename-column',
  table: string,
  column: Lexeme | undefined,
): AlterAction | undefined {
  return column && { kind, table, column: column.name, at: column };
}
