import { customType } from 'drizzle-orm/sqlite-core';

/** A BLOB as a Uint8Array; Drizzle's own `blob()` makes a Buffer of it, which only Node has. */
export const bytes: ReturnType<typeof customType<{ data: Uint8Array; driverData: Uint8Array }>> = customType<{
  data: Uint8Array;
  driverData: Uint8Array;
}>({ dataType: () => 'blob' });
