// Options of the SYNs: taken off on the way, impossible, or Fast Open.

import { RST, SYN, seqGeq } from '../../../wire/index.ts';
import { type Connection, Mark, type Seen } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Found, type Rule, shows } from '../verdict.ts';

/** A server that has answered so often with an option will do so again. */
const HABIT = 3;

/** What is not there may have been cut off by the capture. */
function isCut({ marks }: Seen): boolean {
  return (marks & Mark.OPTIONS_CUT) !== 0;
}

/** The server's other answers have the option, this one has not. */
export const optionsStripped: Rule = {
  id: 'options-stripped',
  severity: 'warning',
  title: { en: 'Options were taken off the handshake', zh: '握手选项被去掉' },
  means: {
    en: 'The SYN offered {options}, this server usually answers with it, and this SYN,ACK lacks it: something on the way takes it off.',
    zh: 'SYN 提出了 {options}，该服务器通常会应答它，而这个 SYN,ACK 里没有：途中有设备把它去掉了。',
  },
  advice: [
    {
      en: 'Capture at both ends and compare the options of the same SYN; look at firewalls and accelerators that “normalize” TCP.',
      zh: '在两端抓包，比较同一个 SYN 的选项；检查会“规范化” TCP 的防火墙和加速设备。',
    },
  ],
  scenario: { id: 'hs', edits: ['strip sack'] },
  judge({ sides: [client, server], synAck }, { service }) {
    if (client.syn === null || synAck === null || isCut(synAck)) return null;
    const missing: string[] = [];
    if (client.sackPermitted && !server.sackPermitted && service.withSack >= HABIT) missing.push('SACK');
    if (client.timestamps && !server.timestamps && service.withTimestamps >= HABIT)
      missing.push('timestamps');
    if (client.wscale >= 0 && server.wscale < 0 && service.withScale >= HABIT) missing.push('window scale');
    if (missing.length === 0) return null;
    return {
      confidence: 'likely',
      culprit: 'network',
      params: { options: missing.join(', ') },
      evidence: [shows(client.syn, roles.syn), shows(synAck, roles.synAck)],
    };
  },
};

/** One end scales its window, the other does not know (RFC 7323 section 2.2). */
export const scaleStripped: Rule = {
  id: 'wscale-stripped',
  severity: 'fault',
  title: { en: 'The ends disagree about the window scale', zh: '两端对窗口扩大因子理解不一' },
  means: {
    en: 'The server announces {first|1 octet|# octets} in its SYN,ACK, then {window} and no more: it scales its window, and the client, whose SYN offered that, does not know. The option was taken off the SYN,ACK on the way; the connection crawls.',
    zh: '服务器在 SYN,ACK 里通告 {first} 字节，之后最多只有 {window}：它在缩放窗口，而在 SYN 里提出过的客户端却不知道。选项在途中从 SYN,ACK 里去掉了，连接会非常慢。',
  },
  advice: [
    {
      en: 'Find the device that edits SYNs. Until then: sysctl net.ipv4.tcp_window_scaling=0 on one end makes both agree.',
      zh: '找出改写 SYN 的设备。在此之前：任一端 sysctl net.ipv4.tcp_window_scaling=0 可使双方一致。',
    },
  ],
  scenario: { id: 'wscale-strip' },
  judge(connection) {
    const { sides, synAck, segments } = connection;
    const [client, server] = sides;
    if (client.syn === null || synAck === null || client.wscale < 0 || isCut(synAck)) return null;
    if (server.wscale >= 0) return unscaledClient(connection, client.syn, synAck);
    const next = segments.find((seen) => seen.way === 1 && seen !== synAck && !seen.is(SYN) && !seen.is(RST));
    if (next === undefined || next.wnd === 0) return null;
    // Without a scale the window can only have shrunk by what the client has sent.
    const sent = Math.max(0, (next.ack - synAck.ack) | 0);
    if (next.wnd + sent + 1448 >= synAck.wnd || next.wnd * 8 > synAck.wnd) return null;
    return {
      confidence: 'likely',
      culprit: 'network',
      params: { window: next.wnd, first: synAck.wnd },
      evidence: [
        shows(client.syn, roles.syn),
        shows(synAck, roles.synAck),
        shows(next, { en: `window ${next.wnd}`, zh: `窗口 ${next.wnd}` }),
      ],
      excluded: [
        {
          verdict: 'slow-reader',
          because: {
            en: `no more than ${sent} of its octets had been taken: they cannot have filled the window`,
            zh: `才发了 ${sent} 字节，不可能占满窗口`,
          },
        },
      ],
    };
  },
};

/** A window that is scaled by 4 or more shrinks to less than that; and one of so few octets says nothing. */
const UNSHRUNK = 0.8;
const LEAST_WINDOW = 8192;
const LEAST_SCALE = 2;
/** Segments that happen to be as large as a window. */
const CHANCE = 2;

/**
 * Beside the server, whose SYN,ACK still has the option: the client goes on announcing the window of its SYN, as if it were not to
 * be scaled, and fills the server's window as it is without its scale, with a small segment at a time.
 */
function unscaledClient(
  { sides: [client, server], segments }: Connection,
  syn: Seen,
  synAck: Seen,
): Found | null {
  if (client.wscale < LEAST_SCALE || server.wscale < LEAST_SCALE || syn.wnd < LEAST_WINDOW) return null;
  const later = segments.filter((seen) => !seen.is(SYN) && !seen.is(RST));
  const third = later.find(({ way }) => way === 0);
  if (third === undefined || third.wnd < UNSHRUNK * syn.wnd) return null;
  const fields = new Set(later.flatMap(({ way, wnd }) => (way === 1 ? [wnd] : [])));
  const filling = later.filter(
    ({ way, length }) => way === 0 && length > 0 && length < client.largest && fields.has(length),
  );
  const [one] = filling;
  if (one === undefined || filling.length <= CHANCE) return null;
  return {
    confidence: 'certain',
    culprit: 'network',
    params: { window: Math.max(...fields), first: synAck.wnd },
    evidence: [
      shows(syn, roles.syn),
      shows(synAck, roles.synAck),
      shows(third, { en: `window ${third.wnd}: not scaled`, zh: `窗口 ${third.wnd}：没有缩放` }),
      ...filling.slice(0, 3).map((seen) =>
        shows(seen, {
          en: `as much as the window is without its scale: ${seen.length}`,
          zh: `正好是未缩放的窗口大小：${seen.length}`,
        }),
      ),
    ],
    excluded: [
      {
        verdict: 'slow-reader',
        because: {
          en: `the server’s window is ${one.length}, to be shifted by ${server.wscale}: there is room`,
          zh: `服务器的窗口是 ${one.length}，还要左移 ${server.wscale} 位：空间足够`,
        },
      },
    ],
  };
}

/** RFC 7323 section 2.3: a shift above 14; or an option area that makes no sense. */
export const badOption: Rule = {
  id: 'bad-option',
  severity: 'warning',
  title: { en: 'An impossible option', zh: '不合法的选项' },
  means: {
    en: 'A segment has a window scale above 14, or options whose lengths make no sense: a broken stack, a broken middlebox, or an attacker.',
    zh: '有报文段的窗口扩大因子大于 14，或者选项长度不合法：协议栈或中间设备有问题，或者是攻击者。',
  },
  advice: [],
  scenario: null,
  judge({ segments }) {
    const bad = segments.find((seen) => seen.wscale > 14 || (seen.marks & Mark.BAD_OPTION) !== 0);
    if (bad === undefined) return null;
    const scale = { en: `window scale ${bad.wscale}`, zh: `窗口扩大因子 ${bad.wscale}` };
    const lengths = { en: 'its option lengths', zh: '它的选项长度' };
    return {
      confidence: 'certain',
      culprit: bad.way === 0 ? 'client' : 'server',
      evidence: [shows(bad, bad.wscale > 14 ? scale : lengths)],
    };
  },
};

/** TCP Fast Open (RFC 7413): data in the SYN. */
export const fastOpen: Rule = {
  id: 'fast-open',
  severity: 'normal',
  title: { en: 'TCP Fast Open', zh: 'TCP Fast Open' },
  means: {
    en: 'The SYN carried {octets|1 octet|# octets} of data; its answer acknowledges {taken} of them.',
    zh: 'SYN 携带了 {octets} 字节数据，应答确认了其中 {taken} 字节。',
  },
  advice: [],
  scenario: { id: 'tfo' },
  judge({ sides: [client], synAck }) {
    const { syn } = client;
    if (syn === null || syn.length === 0 || synAck === null) return null;
    const taken = seqGeq(synAck.ack, syn.end) ? syn.length : 0;
    return {
      confidence: 'certain',
      culprit: 'nobody',
      params: { octets: syn.length, taken },
      evidence: [shows(syn, roles.syn), shows(synAck, roles.synAck)],
    };
  },
};
