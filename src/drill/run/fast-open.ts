// net.ipv4.tcp_fastopen and tcp_fastopen_key of Linux (Documentation/networking/ip-sysctl.rst).

import { type FastOpenKeys, type FastOpenMode, fastOpenKeys } from '../../host/index.ts';

const CLIENT = 0x1;
const SERVER = 0x2;
const CLIENT_WITHOUT_COOKIE = 0x4;
const SERVER_WITHOUT_COOKIE = 0x200;
const EVERY_LISTENER = 0x400;

/** What the bits of tcp_fastopen allow. */
export function fastOpenMode(bits: number): FastOpenMode {
  return {
    client: (bits & CLIENT) !== 0,
    server: (bits & SERVER) !== 0,
    clientWithoutCookie: (bits & CLIENT_WITHOUT_COOKIE) !== 0,
    serverWithoutCookie: (bits & SERVER_WITHOUT_COOKIE) !== 0,
    everyListener: (bits & EVERY_LISTENER) !== 0,
  };
}

/** `a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4`, and after a comma the key before it; null: no such key. */
export function readFastOpenKeys(value: string): FastOpenKeys | null {
  const keys = value.split(',');
  if (keys.length > 2 || !keys.every((key) => KEY.test(key.trim()))) return null;
  const words = keys.flatMap((key) => key.trim().split('-'));
  const octets = new Uint8Array(4 * words.length);
  const dv = new DataView(octets.buffer);
  for (const [i, word] of words.entries()) dv.setUint32(4 * i, Number.parseInt(word, 16), true);
  return fastOpenKeys(octets);
}

const KEY = /^[\da-f]{1,8}(?:-[\da-f]{1,8}){3}$/i;
