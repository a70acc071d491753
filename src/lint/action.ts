import { type AlterAction, readAlter } from './alter.js';
import { indexAtTop, type Lexeme } from './lexeme.js';
import { Reader } from './reader.js';
import { readTrigger, type TriggerAction } from './trigger.js';

/** What a statement does, as far as rules ask. Names are as written; `at` is where the finding belongs. */
export type Action =
  | { readonly kind: 'create-table'; readonly table: string; readonly at: Lexeme }
  | { readonly kind: 'create-view'; readonly view: string; readonly at: Lexeme }
  | { readonly kind: 'create-index'; readonly table: string; readonly isUnique: boolean; readonly at: Lexeme }
  | TriggerAction
  | { readonly kind: 'drop'; readonly what: string; readonly name: string; readonly at: Lexeme }
  | AlterAction
  | { readonly kind: 'insert' | 'update' | 'delete'; readonly table: string; readonly at: Lexeme; readonly body: number }
  | { readonly kind: 'pragma'; readonly name: string; readonly hasArgument: boolean; readonly at: Lexeme }
  | { readonly kind: 'other' };

const OTHER: Action = { kind: 'other' };
const CONFLICTS = ['ROLLBACK', 'ABORT', 'REPLACE', 'FAIL', 'IGNORE'];

/** Reads what a statement does; what SQLite would not take may read as anything. */
export function readAction(lexemes: readonly Lexeme[]): Action {
  const reader = new Reader(lexemes);
  if (reader.take('CREATE')) return readCreate(reader) ?? OTHER;
  if (reader.take('DROP')) return readDrop(reader) ?? OTHER;
  if (reader.take('ALTER', 'TABLE')) return readAlter(reader) ?? OTHER;
  if (reader.take('PRAGMA')) return readPragma(reader) ?? OTHER;
  if (reader.take('WITH')) reader.at = Math.max(0, indexAtTop(lexemes, ['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'SELECT', 'VALUES'], 1));
  return readChange(reader) ?? OTHER;
}

function readCreate(reader: Reader): Action | undefined {
  const isUnique = reader.take('UNIQUE');
  if (!reader.take('TEMP')) reader.take('TEMPORARY');
  reader.take('VIRTUAL');
  const what = reader.next?.word;
  reader.at++;
  reader.take('IF', 'NOT', 'EXISTS');
  const at = reader.name();
  if (!at) return undefined;
  switch (what) {
    case 'TABLE':
      return { kind: 'create-table', table: at.name, at };
    case 'VIEW':
      return { kind: 'create-view', view: at.name, at };
    case 'INDEX': {
      reader.take('ON');
      const table = reader.name();
      return table && { kind: 'create-index', table: table.name, isUnique, at };
    }
    case 'TRIGGER':
      return readTrigger(reader, at);
    default:
      return undefined;
  }
}

function readDrop(reader: Reader): Action | undefined {
  const what = reader.next?.word ?? '';
  reader.at++;
  reader.take('IF', 'EXISTS');
  const at = reader.name();
  return at && { kind: 'drop', what, name: at.name, at };
}

function readPragma(reader: Reader): Action | undefined {
  const at = reader.name();
  const hasArgument = reader.next?.word === '=' || reader.next?.word === '(';
  return at && { kind: 'pragma', name: at.name.toLowerCase(), hasArgument, at };
}

function readChange(reader: Reader): Action | undefined {
  const kind = changeKind(reader);
  if (!kind) return undefined;
  const at = reader.name();
  return at && { kind, table: at.name, at, body: reader.at };
}

function changeKind(reader: Reader): 'insert' | 'update' | 'delete' | undefined {
  if (reader.take('REPLACE', 'INTO')) return 'insert';
  if (reader.take('DELETE', 'FROM')) return 'delete';
  const isInsert = reader.take('INSERT');
  if (!isInsert && !reader.take('UPDATE')) return undefined;
  for (const conflict of CONFLICTS) reader.take('OR', conflict);
  if (!isInsert) return 'update';
  return reader.take('INTO') ? 'insert' : undefined;
}
