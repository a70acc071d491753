/** A text as SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL; backticks, because SQLite never takes them for a string. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
