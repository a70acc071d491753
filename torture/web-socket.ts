import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT_OR_CONTINUATION = [0, 1];

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
  readonly rest: Buffer;
}

/** Accepts a WebSocket and calls back with each text that comes in: all that is needed of the protocol here. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, onText: (text: string) => void): void {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  let incoming: Buffer = Buffer.alloc(0);
  let text: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    incoming = Buffer.concat([incoming, chunk]);
    for (let frame = readFrame(incoming); frame; frame = readFrame(incoming)) {
      incoming = frame.rest;
      if (!TEXT_OR_CONTINUATION.includes(frame.opcode)) continue;
      text.push(frame.payload);
      if (!frame.isLast) continue;
      onText(Buffer.concat(text).toString('utf8'));
      text = [];
    }
  });
  // The browser at the other end is killed, which is what all of this is for.
  socket.on('error', () => socket.destroy());
}

/** RFC 6455, section 5.2; what a browser sends is always masked. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start) return undefined;
  const length = lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + length) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload, rest: bytes.subarray(start + length) };
}
