import type { Plan, Report } from '../protocol.js';

/** Tells the harness what happens, in order; what was sent before the browser died arrives, or the end of it does not. */
export type Tell = (report: Report) => void;

export async function openChannel({ session, tab }: Plan): Promise<Tell> {
  const socket = new WebSocket(`ws://${location.host}/${session}/${tab}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return (report) => socket.send(JSON.stringify(report));
}
