// FreeBSD's choices, each by scripts of its kind: RSTs and SYNs at the edges of the window in every state, with
// net.inet.tcp.insecure_rst and insecure_syn off and on; TIME-WAIT; ICMP; SYN and FIN together; tcpdrop; challenge ACKs.

import { describe, it } from 'vitest';
import { BUFFER, CONNECT, error, LISTEN, OPEN, passes, SOCKET, SYN } from './freebsd.ts';

const FIN_OUT = ['+.1 shutdown(3, SHUT_WR) = 0', '+0 > F. 1:1(0) ack 1 win 65535'];
const FIN_IN = ['+.1 < F. 1:1(0) ack 1 win 32767', '+0 > . 1:1(0) ack 2 win 65535'];
/** How a state is reached from ESTABLISHED, with what RCV.NXT and SND.NXT are there. */
const STATES = {
  ESTABLISHED: { way: [], rcv: 1, snd: 1 },
  'CLOSE-WAIT': { way: FIN_IN, rcv: 2, snd: 1 },
  'FIN-WAIT-1': { way: FIN_OUT, rcv: 1, snd: 2 },
  'FIN-WAIT-2': { way: [...FIN_OUT, '+.1 < . 1:1(0) ack 2 win 32767'], rcv: 1, snd: 2 },
  // The ACK of a crossing FIN carries ours again.
  CLOSING: {
    way: [...FIN_OUT, '+.1 < F. 1:1(0) ack 1 win 32767', '+0 > F. 1:1(0) ack 2 win 65535'],
    rcv: 2,
    snd: 2,
  },
  'LAST-ACK': {
    way: [...FIN_IN, '+.1 shutdown(3, SHUT_WR) = 0', '+0 > F. 1:1(0) ack 2 win 65535'],
    rcv: 2,
    snd: 2,
  },
} as const;

const PLACES = {
  'before RCV.NXT': { inside: false, seq: (rcv: number) => (rcv - 1) >>> 0 },
  'at RCV.NXT': { inside: true, seq: (rcv: number) => rcv },
  'at the last octet that the buffer takes': { inside: true, seq: (rcv: number) => rcv + BUFFER - 1 },
  'beyond the buffer': { inside: false, seq: (rcv: number) => rcv + BUFFER },
} as const;

for (const [state, { way, rcv, snd }] of Object.entries(STATES)) {
  describe(state, () => {
    for (const [place, { inside, seq }] of Object.entries(PLACES)) {
      const at = seq(rcv);
      for (const insecure of [0, 1]) {
        const mode = insecure === 1 ? ' (insecure)' : '';
        const exact = at === rcv;

        it(`a RST ${place}${mode}`, () => {
          const resets = inside && (exact || insecure === 1);
          return passes([
            ...OPEN,
            `+0 \`sysctl -w net.inet.tcp.insecure_rst=${insecure}\``,
            ...way,
            `+.1 < R ${at}:${at}(0) win 32767`,
            ...(inside && !resets ? [`+0 > . ${snd}:${snd}(0) ack ${rcv} win 65535`] : []),
            error(resets ? 'ECONNRESET' : '0'),
          ]);
        });

        it(`a SYN ${place}${mode}`, () => {
          const resets = inside && insecure === 1;
          const answer = resets ? 'R.' : '.';
          return passes([
            ...OPEN,
            `+0 \`sysctl -w net.inet.tcp.insecure_syn=${insecure}\``,
            ...way,
            `+.1 < S ${at}:${at}(0) win 32767 <mss 1460,sackOK,eol,eol>`,
            `+0 > ${answer} ${snd}:${snd}(0) ack ${rcv} win ${resets ? 0 : 65_535}`,
            error(resets ? 'ECONNRESET' : '0'),
          ]);
        });
      }
    }
  });
}

describe('TIME-WAIT (tcp_twcheck)', () => {
  const ACK = ['+0 > . 2:2(0) ack 2 win 65535'];
  it.each([
    ['the last ACK again', '. 2:2(0) ack 2 win 32767', []],
    ['an ACK of something older', '. 2:2(0) ack 1 win 32767', ACK],
    ['an old segment', '. 1:1(0) ack 2 win 32767', ACK],
    ['text', '. 2:102(100) ack 2 win 32767', ACK],
    ['the FIN again', 'F. 1:1(0) ack 2 win 32767', ACK],
    ['another FIN', 'F. 3:3(0) ack 2 win 32767', ACK],
    ['a FIN without an ACK', 'F 2:2(0) win 32767', []],
    ['a SYN that is not newer', 'S 2:2(0) win 32767 <mss 1460,sackOK,eol,eol>', []],
    ['a SYN,ACK', 'S. 2:2(0) ack 2 win 32767 <mss 1460,sackOK,eol,eol>', ACK],
    ['a RST', 'R 2:2(0) win 32767', []],
    ['a SYN,FIN', 'SF 2:2(0) win 32767', []],
  ])('%s', (_what, segment, answer) =>
    passes([
      ...OPEN,
      ...FIN_OUT,
      '+.1 < F. 1:1(0) ack 2 win 32767',
      '+0 > . 2:2(0) ack 2 win 65535',
      `+.1 < ${segment}`,
      ...answer,
      '+.1 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 1`',
    ]),
  );

  it('a newer SYN, and nobody listens: the old connection is gone, the SYN is reset', () =>
    passes([
      ...OPEN,
      ...FIN_OUT,
      '+.1 < F. 1:1(0) ack 2 win 32767',
      '+0 > . 2:2(0) ack 2 win 65535',
      '+.1 < S 3:3(0) win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > R. ...(0) ack 4 win 0',
      '+.1 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 0`',
    ]));
});

describe('ICMP about a SYN (icmp_may_rst)', () => {
  it.each([
    ['unreachable port_unreachable', 'ECONNREFUSED'],
    ['unreachable protocol_unreachable', 'ECONNREFUSED'],
    ['unreachable net_prohibited', 'ECONNREFUSED'],
    ['unreachable host_prohibited', 'ECONNREFUSED'],
    ['unreachable packet_filtered', 'ECONNREFUSED'],
    ['time_exceeded ttl_exceeded_in_transit', 'EHOSTUNREACH'],
    ['unreachable net_unreachable', '0'],
    ['unreachable host_unreachable', '0'],
  ])('%s: %s', (message, expected) =>
    passes([
      ...SOCKET,
      ...SYN,
      `+.1 < [1:1(0)] icmp ${message}`,
      error('0'),
      `+.1 < [0:0(0)] icmp ${message}`,
      error(expected),
      '+0 close(3) = 0',
    ]),
  );
});

describe('ICMP about a SYN when icmp_may_rst is 0', () => {
  it('nothing ends it, and what waits for fragments never does', () =>
    passes([
      ...SOCKET,
      '+0 `sysctl -w net.inet.tcp.icmp_may_rst=0`',
      ...SYN,
      ...[
        'unreachable port_unreachable',
        'unreachable host_prohibited',
        'time_exceeded ttl_exceeded_in_transit',
      ].flatMap((message) => [`+.01 < icmp ${message} [0:0(0)]`, error('0')]),
      '+0 `sysctl -w net.inet.tcp.icmp_may_rst=1`',
      '+.01 < icmp time_exceeded frag_reass_exceeded [0:0(0)]',
      error('0'),
      '+.01 < icmp unreachable port_unreachable [0:0(0)]',
      error('ECONNREFUSED'),
    ]));
});

it('ICMPv6 packet too big about a SYN, which fits the MTU: the next SYN offers what that takes', () =>
  passes([
    '--ip_version=ipv6',
    ...SOCKET,
    CONNECT,
    '+0 > S 0:0(0) win 65535 <mss 1440,nop,wscale 6,sackOK,TS val 100 ecr 0>',
    '+.1 < icmp packet_too_big mtu 1300 [0:0(0)]',
    error('0'),
    '+.9 > S 0:0(0) win 65535 <mss 1240,nop,wscale 6,sackOK,TS val 1100 ecr 0>',
  ]));

describe('SYN-RECEIVED', () => {
  const HALF_OPEN = [
    ...SOCKET,
    ...SYN,
    '+.1 < S 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
    '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
  ];
  it.each([
    [0, 1, true, []],
    [0, BUFFER, false, ['+0 > . 1:1(0) ack 1 win 65535']],
    [1, BUFFER, true, []],
    [1, BUFFER + 1, false, []],
  ] as const)(
    'of an active open, insecure_rst %d: a RST at %d is judged by the buffer',
    (insecure, at, resets, answer) =>
      passes([
        `+0 \`sysctl -w net.inet.tcp.insecure_rst=${insecure}\``,
        ...HALF_OPEN,
        `+.1 < R ${at}:${at}(0) win 32767`,
        ...answer,
        error(resets ? 'ECONNREFUSED' : '0'),
      ]),
  );

  it.each([
    [1, 1, true, []],
    [1, 65_535, true, []],
    [1, 65_536, false, []],
    [0, 65_535, false, ['+0 > . 1:1(0) ack 1 win 65535']],
  ] as const)(
    'of a listener, insecure_rst %d: a RST at %d is judged by the window',
    (insecure, at, resets, answer) =>
      passes([
        `+0 \`sysctl -w net.inet.tcp.insecure_rst=${insecure}\``,
        ...LISTEN,
        '+0 < S 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
        '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
        `+.1 < R ${at}:${at}(0) win 32767`,
        ...answer,
        `+.1 \`sockstat -4 -P tcp -p 8080 -s | grep -c SYN_RCVD | grep ${resets ? 0 : 1}\``,
      ]),
  );
});

it('text of a SYN that crosses ours waits for ESTABLISHED; what comes again of it is not taken twice', async () => {
  for (const [syn, opens] of [
    ['S 0:3(3)', '. 4:4(0)'],
    ['S 0:3(3)', '. 1:4(3)'],
    ['S 0:3(3)', 'P. 3:5(2)'],
    ['SF 0:3(3)', '. 4:4(0)'],
  ] as const) {
    const end = opens.startsWith('P') ? 5 : 4;
    await passes([
      ' 0 `sysctl -w net.inet.tcp.drop_synfin=0`',
      ...SOCKET,
      ...SYN,
      `+.1 < ${syn} win 32767 <mss 1460,sackOK,eol,eol>`,
      '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
      '+0 read(3, ..., 100) = -1 EAGAIN (Resource temporarily unavailable)',
      `+.1 < ${opens} ack 1 win 32767`,
      `+0 read(3, ..., 100) = ${end - 1}`,
      ...(opens === '. 4:4(0)' ? [] : [`+0 > . 1:1(0) ack ${end} win 65535`]),
      '+.2 shutdown(3, SHUT_WR) = 0',
      `+0 > F. 1:1(0) ack ${end} win 65535`,
    ]);
  }
});

it('a socket that neither listens nor connects: numbers of its resets are those of the segment', () =>
  passes([
    ...LISTEN.slice(0, 2),
    '+.1 < S 17:20(3) win 32767 <mss 1460,sackOK,eol,eol>',
    '+0 > R. 0:0(0) ack 21 win 0',
  ]));

it('tcpdrop -s TIME_WAIT: its tuple is free', () =>
  passes([
    ...OPEN,
    ...FIN_OUT,
    '+.1 < F. 1:1(0) ack 2 win 32767',
    '+0 > . 2:2(0) ack 2 win 65535',
    '+0 `tcpdrop -s TIME_WAIT`',
    '+.1 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 0`',
  ]));

describe('segments with SYN and FIN (drop_synfin)', () => {
  it('are nothing to who listens or connects', async () => {
    await passes([...LISTEN, '+.1 < SF 0:0(0) win 32767', '+1 close(3) = 0']);
    await passes([...SOCKET, ...SYN, '+.1 < SF 0:0(0) win 32767', '+0 close(3) = 0']);
  });

  it('to who does neither they are a SYN: the RST acknowledges text, SYN and FIN', () =>
    passes([
      ...LISTEN.slice(0, 2),
      '+.1 < SF 0:3(3) win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > R. 0:0(0) ack 5 win 0',
    ]));

  it('are a SYN when the sysctl says so', () =>
    passes([
      ...LISTEN,
      '+0 `sysctl -w net.inet.tcp.drop_synfin=0`',
      '+.1 < SF 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
    ]));
});

it('challenge ACKs: ack_war_cnt (5) of them in ack_war_timewindow (a second), then silence', () =>
  passes([
    ...OPEN,
    ...Array.from({ length: 5 }, () => ['+.01 < S 1:1(0) win 32767', '+0 > . 1:1(0) ack 1 win 65535']).flat(),
    '+.01 < S 1:1(0) win 32767',
    '+.01 < S 1:1(0) win 32767',
    '+1 < S 1:1(0) win 32767',
    '+0 > . 1:1(0) ack 1 win 65535',
  ]));
