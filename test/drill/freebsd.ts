// Beginnings that FreeBSD's scripts share.

import { expect } from 'vitest';
import { formatResult, freebsdProfile, parseScript, runScript } from '../../src/drill/index.ts';

/** A script that passes, strictly. */
export async function passes(lines: readonly string[]): Promise<void> {
  const script = parseScript(lines.join('\n'), { file: 'freebsd.pkt', platform: 'FreeBSD' });
  const result = await runScript(script, { profile: freebsdProfile, strict: true });
  expect(result.outcome, formatResult(result)).toBe('pass');
}

export const SOCKET = [
  ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  '+0 fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK) = 0',
];
export const CONNECT = '+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)';
export const SYN = [CONNECT, '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>'];
/** The buffer is 45 segments: 65700 octets, of which 65535 can be said without scaling. */
export const OPEN = [
  ...SOCKET,
  ...SYN,
  '+.1 < S. 0:0(0) ack 1 win 32767 <mss 1460,sackOK,eol,eol>',
  '+0 > . 1:1(0) ack 1 win 65535',
  '+0 getsockopt(3, SOL_SOCKET, SO_RCVBUF, [65700], [4]) = 0',
];
export const LISTEN = [
  ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  '+0 bind(3, ..., ...) = 0',
  '+0 listen(3, 2) = 0',
];
export const BUFFER = 65_700;
/** A socket's error is `e`. */
export const error = (e: string): string => `+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [${e}], [4]) = 0`;
