// What calls return.

import { constant } from '../../../src/socket/posix/index.ts';
import type { Family } from '../family.ts';

export const calls: readonly Family[] = [
  {
    id: 'writable',
    verdict: 'calls',
    reason:
      'poll() tells that there is room by octets here, by the memory of socket buffers in Linux: with much unacknowledged they differ.',
    goesOn: true,
    fields: ['ready'],
    is: ({ ours, theirs }) =>
      ((ours.ready ?? 0) ^ (theirs.ready ?? 0)) === constant('POLLOUT') && Number(ours.unacked) >= 16_384,
  },
  {
    id: 'part-of-a-write',
    verdict: 'calls',
    reason:
      'How much one write takes of a full send buffer: octets count here, the memory of socket buffers in Linux.',
    fields: ['result', 'unacked', 'ready', 'segments', 'push'],
    is: ({ step, ours, theirs, before }) =>
      step.kind === 'call' &&
      step.call === 'write' &&
      Number(ours.unacked) >= 16_384 &&
      Number(ours.unacked) - Number(before.ours?.unacked) === Number(ours.result) &&
      Number(theirs.result) < Number(ours.result),
  },
  {
    id: 'refused-in-syn-received',
    verdict: 'calls',
    reason:
      'A RST in SYN-RECEIVED of an active open is "connection refused" (RFC 9293 3.10.7.4 second); Linux says ECONNRESET.',
    goesOn: true,
    fields: ['result'],
    is: ({ step, ours, theirs }) =>
      step.kind === 'call' && ours.result === 'ECONNREFUSED' && theirs.result === 'ECONNRESET',
  },
  {
    id: 'shutdown-in-syn-sent',
    verdict: 'calls',
    reason:
      'shutdown() in SYN-SENT ends the connection on both; the next call is told ECONNRESET by Linux, ENOTCONN or EPIPE here.',
    fields: ['result'],
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      !facts.live &&
      theirs.result === 'ECONNRESET' &&
      ['ENOTCONN', 'EPIPE'].includes(ours.result),
  },
  {
    id: 'connect-in-time-wait',
    verdict: 'linux-policy',
    reason:
      'connect() with the four-tuple of a connection in TIME-WAIT: Linux begins anew at once where timestamps tell the segments apart (RFC 6191); here it is in use until they do by a second.',
    fields: ['segments', 'result', 'state', 'sendWindow', 'ready'],
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'connect' &&
      (facts.state === 'TIME-WAIT' || (facts.state === 'FIN-WAIT-2' && facts.orphan)) &&
      ours.result === 'EADDRINUSE' &&
      theirs.result === 'EINPROGRESS' &&
      theirs.state === 'SYN-SENT',
  },
  {
    id: 'connect-in-use',
    verdict: 'calls',
    reason:
      'connect() with the four-tuple of a connection that is still there: EADDRNOTAVAIL of Linux, EADDRINUSE here.',
    fields: ['result', 'sendWindow'],
    is: ({ step, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'connect' &&
      ours.result === 'EADDRINUSE' &&
      theirs.result === 'EADDRNOTAVAIL',
  },
  {
    id: 'text-before-rst',
    verdict: 'linux-differs-from-rfc',
    reason:
      'Text that was not read when the RST came can still be read in Linux; RFC 9293 3.10.7.4 flushes the queues.',
    fields: ['result'],
    is: ({ step, before, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'read' &&
      ((before.ours?.ready ?? 0) & constant('POLLHUP')) !== 0 &&
      !/^[1-9]\d* octets/.test(ours.result) &&
      /^[1-9]\d* octets/.test(theirs.result),
  },
  {
    id: 'eof-then-rst',
    verdict: 'calls',
    reason: 'read() after the peer’s FIN and then its RST: the end of the stream in Linux, the error here.',
    goesOn: true,
    fields: ['result'],
    is: ({ step, before, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'read' &&
      ((before.ours?.ready ?? 0) & constant('POLLHUP')) !== 0 &&
      theirs.result.startsWith('0 octets') &&
      ['EPIPE', 'ECONNRESET'].includes(ours.result),
  },
  {
    id: 'accept-of-reset',
    verdict: 'linux-policy',
    reason:
      'A connection that was reset before accept is not given by accept here; Linux gives it, and it tells ECONNRESET.',
    fields: ['result', 'unread', 'unacked', 'sendWindow', 'ready'],
    is: ({ step, theirs }) =>
      step.kind === 'call' &&
      step.call === 'accept' &&
      ((theirs.ready ?? 0) & constant('POLLHUP')) !== 0 &&
      theirs.result === 'a connection',
  },
];
