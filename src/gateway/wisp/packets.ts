// Packets of Wisp, version 1.2 (MercuryWorkshop/wisp-protocol, protocol.md): streams of TCP and UDP over one WebSocket.
// A packet is a binary message: a type, the stream's number (four octets, the least significant first), and the rest.

/** Types of packets ("Packet Types"). */
export const WispType = { CONNECT: 0x01, DATA: 0x02, CONTINUE: 0x03, CLOSE: 0x04 } as const;

/** Kinds of streams. */
export const WispKind = { TCP: 0x01, UDP: 0x02 } as const;

/** Why a stream was closed ("Close Reasons"). */
export const WispReason = {
  UNKNOWN: 0x01,
  VOLUNTARY: 0x02,
  NETWORK_ERROR: 0x03,
  INVALID: 0x41,
  UNREACHABLE: 0x42,
  TIMEOUT: 0x43,
  REFUSED: 0x44,
  BLOCKED: 0x48,
  THROTTLED: 0x49,
} as const;

const HEADER = 5;

/** A packet that came. */
export type WispPacket =
  | {
      readonly type: 'connect';
      readonly stream: number;
      readonly kind: number;
      readonly port: number;
      readonly host: string;
    }
  | { readonly type: 'data'; readonly stream: number; readonly octets: Uint8Array }
  | { readonly type: 'close'; readonly stream: number; readonly reason: number };

/** Reads what a client sent; null: it is none of its packets. */
export function readWisp(message: Uint8Array): WispPacket | null {
  if (message.length < HEADER) return null;
  const dv = new DataView(message.buffer, message.byteOffset, message.length);
  const stream = dv.getUint32(1, true);
  switch (message[0]) {
    case WispType.CONNECT: {
      if (message.length < HEADER + 3) return null;
      const host = new TextDecoder().decode(message.subarray(HEADER + 3));
      return {
        type: 'connect',
        stream,
        kind: dv.getUint8(HEADER),
        port: dv.getUint16(HEADER + 1, true),
        host,
      };
    }
    case WispType.DATA:
      return { type: 'data', stream, octets: message.subarray(HEADER) };
    case WispType.CLOSE:
      return message.length === HEADER + 1 ? { type: 'close', stream, reason: dv.getUint8(HEADER) } : null;
    default:
      return null;
  }
}

function packet(
  type: number,
  stream: number,
  length: number,
): { octets: Uint8Array<ArrayBuffer>; dv: DataView } {
  const octets = new Uint8Array(HEADER + length);
  const dv = new DataView(octets.buffer);
  octets[0] = type;
  dv.setUint32(1, stream, true);
  return { octets, dv };
}

export function wispData(stream: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { octets } = packet(WispType.DATA, stream, data.length);
  octets.set(data, HEADER);
  return octets;
}

/** The client may send `packets` of DATA; stream 0: on each stream that it opens. */
export function wispContinue(stream: number, packets: number): Uint8Array<ArrayBuffer> {
  const { octets, dv } = packet(WispType.CONTINUE, stream, 4);
  dv.setUint32(HEADER, packets, true);
  return octets;
}

export function wispClose(stream: number, reason: number): Uint8Array<ArrayBuffer> {
  const { octets, dv } = packet(WispType.CLOSE, stream, 1);
  dv.setUint8(HEADER, reason);
  return octets;
}
