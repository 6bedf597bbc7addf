import { expect, test } from 'vitest';
import { DiagReader } from './diag.ts';

const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const MSG = 72;
const INFO = 232;

/** An inet_diag_msg of a connection in CLOSE-WAIT with a tcp_info of `info` octets, as this machine orders its octets. */
function message(info = INFO): Uint8Array {
  const octets = new Uint8Array(MSG + 8 + 4 + info);
  const view = new DataView(octets.buffer);
  view.setUint8(0, 2);
  view.setUint8(1, 8);
  view.setUint8(2, 2);
  view.setUint8(3, 1);
  view.setUint16(4, 8080);
  view.setUint16(6, 43_322);
  octets.set([10, 0, 0, 1], 8);
  octets.set([10, 0, 0, 2], 24);
  for (const [n, value] of [7000, 6, 3, 33, 4711].entries()) view.setUint32(52 + 4 * n, value, LITTLE);
  // An attribute that nobody asked for, then struct tcp_info.
  view.setUint16(MSG, 5, LITTLE);
  view.setUint16(MSG + 2, 8, LITTLE);
  const at = MSG + 8;
  view.setUint16(at, 4 + info, LITTLE);
  view.setUint16(at + 2, 2, LITTLE);
  const u32 = (offset: number, value: number): void => view.setUint32(at + 4 + offset, value, LITTLE);
  if (info < INFO) return octets;
  view.setUint8(at + 4 + 4, 3);
  u32(56, 4408);
  u32(68, 1500);
  u32(148, 0xffffffff);
  // 2^32 + 7 octets received.
  u32(128 + (LITTLE ? 0 : 4), 7);
  u32(128 + (LITTLE ? 4 : 0), 1);
  return octets;
}

test('inet_diag_msg and tcp_info, by their offsets', () => {
  const octets = message();
  expect(new DiagReader().socket(octets, 0, octets.length)).toMatchObject({
    ...{
      state: 'CLOSE-WAIT',
      timer: 'keepalive',
      timerMs: 7000,
      retransmits: 1,
      recvQ: 6,
      sendQ: 3,
      uid: 33,
    },
    ...{ local: '10.0.0.1', localPort: 8080, remote: '10.0.0.2', remotePort: 43_322, inode: 4711 },
    ...{ hasInfo: true, backoff: 3, lastAck: 4408, rtt: 1.5, minRtt: 0, bytesReceived: 4_294_967_303 },
  });
});

test('a message is read where it lies, and a mapped address as IPv4', () => {
  const inner = message();
  inner[0] = 10;
  inner.fill(0, 8, 40);
  inner.set([0xff, 0xff, 10, 0, 0, 1], 18);
  inner.set([0xfe, 0x80], 24);
  inner[39] = 9;
  const octets = new Uint8Array(inner.length + 30);
  octets.set(inner, 20);
  expect(new DiagReader().socket(octets, 20, 20 + inner.length)).toMatchObject({
    ...{ local: '10.0.0.1', remote: 'fe80::9', inode: 4711, lastAck: 4408 },
  });
});

test('an older kernel tells less; a message that is cut short tells nothing, and none throws', () => {
  const old = message(104);
  expect(new DiagReader().socket(old, 0, old.length)).toMatchObject({
    hasInfo: true,
    bytesSent: 0,
    minRtt: 0,
  });
  const octets = message();
  for (let to = 0; to < octets.length; to++) {
    const socket = new DiagReader().socket(octets, 0, to);
    expect(socket === null).toBe(to < MSG);
    expect(socket?.hasInfo ?? false).toBe(false);
  }
  // An attribute of no length does not hold it up.
  octets.fill(0, MSG, MSG + 4);
  expect(new DiagReader().socket(octets, 0, octets.length)).toMatchObject({ hasInfo: false, inode: 4711 });
});
