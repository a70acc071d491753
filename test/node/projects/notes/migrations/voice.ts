/** What a file of the chain imports, and no file of the chain itself. */
export function shout(text: string): string {
  return text.toUpperCase();
}
