// RSTs of an end: with unread data, for late data, of a program that aborts, of a host that has forgotten. Linux sends RST,ACK
// when a program resets, and RST alone for a segment that finds no connection (RFC 9293 section 3.10.7.1).

import { ACK, RST, seqGeq, seqGt } from '../../../wire/index.ts';
import { type Connection, Mark, otherWay, type Seen, type Way } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

const names = (way: Way): string => (way === 0 ? 'client' : 'server');

/** The first RST of an open connection that is not one of its noises. */
function resetOf({ sides, opened }: Connection): Seen | null {
  if (!opened) return null;
  const [a, b] = [sides[0].rst, sides[1].rst];
  const first = a === null ? b : b === null ? a : a.us <= b.us ? a : b;
  return first === null || (first.marks & (Mark.STRAY | Mark.COPY)) !== 0 ? null : first;
}

/** The last segment with text before a time. */
function lastText({ segments }: Connection, us: number, way?: Way): Seen | undefined {
  return segments.findLast(
    (seen) => seen.length > 0 && seen.us <= us && (way === undefined || seen.way === way),
  );
}

/** What a RST answers: the segment of the other side whose acknowledgment is its number. */
function answered({ segments }: Connection, rst: Seen): Seen | undefined {
  if (rst.is(RST | ACK)) return undefined;
  return segments.findLast(
    (seen) =>
      seen.way !== rst.way && seen.us <= rst.us && seen.is(ACK) && seen.ack === rst.seq && !seen.is(RST),
  );
}

/** The other side had sent FIN before. */
function finBefore({ sides }: Connection, way: Way, us: number): Seen | null {
  const { fin } = sides[way];
  return fin !== null && fin.us <= us ? fin : null;
}

/** close() while data waits to be read (RFC 2525 section 2.17). */
export const unreadReset: Rule = {
  id: 'unread-reset',
  severity: 'fault',
  title: { en: 'Closed with unread data', zh: '还有未读数据就关闭' },
  means: {
    en: 'The {who} reset the connection after data had come that it had acknowledged and not answered: its program closed without having read all of it. The peer gets ECONNRESET, and may lose what was sent to it last.',
    zh: '{who}收到并确认了数据，却没有应答就重置了连接：程序没读完就关闭了。对方得到 ECONNRESET，最后发给它的数据也可能丢失。',
  },
  advice: [
    {
      en: 'In the program of the {who}: read to the end before close() (limits on requests, early error answers), or shutdown(SHUT_WR) and drain.',
      zh: '在{who}的程序里：先读到末尾再 close()（请求长度限制、提前返回错误时最常见），或先 shutdown(SHUT_WR) 再读完。',
    },
  ],
  scenario: { id: 'unread-rst' },
  over: ['abort'],
  judge(connection) {
    const rst = resetOf(connection);
    if (rst === null || finBefore(connection, rst.way, rst.us) !== null) return null;
    const text = lastText(connection, rst.us);
    if (text === undefined || text.way === rst.way || answered(connection, rst) !== undefined) return null;
    const acked = connection.segments.find(
      (seen) => seen.way === rst.way && seen.is(ACK) && seqGeq(seen.ack, text.end) && seen.us >= text.us,
    );
    if (acked === undefined || finBefore(connection, otherWay(rst.way), rst.us) !== null) return null;
    return {
      confidence: 'likely',
      culprit: rst.way === 0 ? 'client' : 'server',
      params: { who: names(rst.way) },
      evidence: [shows(text, roles.lastText), shows(rst, roles.rst)],
      orElse: ['abort'],
      excluded: [
        {
          verdict: 'half-open',
          because: {
            en: `frame ${acked.frame} shows that the connection was known`,
            zh: `第 ${acked.frame} 帧说明它知道这个连接`,
          },
        },
      ],
    };
  },
};

/** Data for a side that has closed for reading, too (RFC 9293 section 3.6.1, SHLD-3). */
export const lateDataReset: Rule = {
  id: 'late-data-reset',
  severity: 'fault',
  title: { en: 'Data after the peer had closed', zh: '对方关闭之后还发数据' },
  means: {
    en: 'The {closer} had closed (FIN); the {writer} had acknowledged that and still sent data, which was answered with RST. Its next write fails with EPIPE.',
    zh: '{closer}已经关闭（FIN）；{writer}确认了 FIN 却仍发数据，得到 RST。它下一次写会报 EPIPE。',
  },
  advice: [
    {
      en: 'In the program of the {writer}: treat read() = 0 as the end of the conversation; or the {closer} should use shutdown() and read on.',
      zh: '在{writer}的程序里：read() 返回 0 就当作对话结束；或者{closer}改用 shutdown() 并继续读。',
    },
  ],
  scenario: { id: 'late-data-rst' },
  over: ['abort', 'unread-reset', 'half-open', 'half-close', 'close-wait-leak'],
  judge(connection) {
    const rst = resetOf(connection);
    if (rst === null) return null;
    const fin = finBefore(connection, rst.way, rst.us);
    if (fin === null) return null;
    const late = connection.segments.findLast(
      (seen) => seen.way !== rst.way && seen.length > 0 && seen.us <= rst.us && seen.us >= fin.us,
    );
    if (late === undefined || !seqGeq(late.ack, fin.end)) return null;
    return {
      confidence: 'certain',
      culprit: late.way === 0 ? 'client' : 'server',
      params: { closer: names(rst.way), writer: names(late.way) },
      evidence: [shows(fin, roles.fin), shows(late, roles.text), shows(rst, roles.rst)],
      excluded: [
        {
          verdict: 'idle-pool-race',
          because: {
            en: `frame ${late.frame} acknowledges the FIN: the end had been seen`,
            zh: `第 ${late.frame} 帧确认了 FIN：发送方已经看到结束`,
          },
        },
      ],
    };
  },
};

/** A server closes an idle connection while a request is on its way to it. */
export const idlePoolRace: Rule = {
  id: 'idle-pool-race',
  severity: 'fault',
  title: { en: 'An idle connection was closed while a request came', zh: '空闲连接被关闭时请求正在路上' },
  means: {
    en: 'After {idle} without data the {closer} closed the connection; at that moment the {writer} sent on it, without having seen the FIN, and got RST. This is the usual “ECONNRESET on keep-alive”.',
    zh: '空闲 {idle}后{closer}关闭了连接；此刻{writer}还没看到 FIN 就在上面发了数据，得到 RST。这就是常见的“长连接 ECONNRESET”。',
  },
  advice: [
    {
      en: 'Let the {writer} give up idle connections first: its pool’s idle timeout below {idle} (Node: server.keepAliveTimeout above the client’s; Java: maxIdleTime, validateAfterInactivity; Go: IdleConnTimeout).',
      zh: '让{writer}先淘汰空闲连接：连接池空闲时间小于 {idle}（Node：服务端 keepAliveTimeout 大于客户端；Java：maxIdleTime、validateAfterInactivity；Go：IdleConnTimeout）。',
    },
    {
      en: 'Retry idempotent requests once when a reused connection fails before the first octet of an answer.',
      zh: '复用的连接在收到应答第一个字节之前失败时，对幂等请求重试一次。',
    },
  ],
  scenario: {
    id: 'hs',
    edits: ['left write "a" 50ms', 'right read 100ms', 'right close 5000ms', 'left write "b" 5005ms'],
  },
  over: ['abort', 'unread-reset', 'late-data-reset', 'half-open', 'half-close', 'lb-idle-timeout'],
  judge(connection) {
    const rst = resetOf(connection);
    if (rst === null) return null;
    const fin = finBefore(connection, rst.way, rst.us);
    if (fin === null) return null;
    const late = connection.segments.find(
      (seen) =>
        seen.way !== rst.way &&
        seen.length > 0 &&
        seqGt(fin.end, seen.ack) &&
        seen.us > fin.us - 1e6 &&
        seen.us <= rst.us,
    );
    const before = connection.segments.findLast(
      (seen) => seen.length > 0 && seen.us < fin.us && seen !== late,
    );
    const idle = fin.us - (before?.us ?? connection.first.us);
    if (late === undefined || idle < 900_000 || late.us - (before?.us ?? 0) < 900_000) return null;
    return {
      confidence: 'certain',
      culprit: rst.way === 0 ? 'client' : 'server',
      params: { closer: names(rst.way), writer: names(late.way), idle: duration(idle) },
      evidence: [
        ...(before === undefined ? [] : [shows(before, roles.lastText)]),
        shows(fin, roles.fin),
        shows(late, roles.text),
        shows(rst, roles.rst),
      ],
      excluded: [
        {
          verdict: 'late-data-reset',
          because: {
            en: `frame ${late.frame} does not acknowledge the FIN`,
            zh: `第 ${late.frame} 帧没有确认 FIN`,
          },
        },
      ],
    };
  },
};

/** One end has lost its memory of the connection (RFC 9293 section 3.5.1). */
export const halfOpen: Rule = {
  id: 'half-open',
  severity: 'fault',
  title: { en: 'The other side did not know the connection any more', zh: '另一方已不认识这个连接' },
  means: {
    en: 'The {who} answered a segment with a RST that has no ACK and takes its number from that segment: there was no such connection any more. It restarted, or something between forgot, and no FIN was ever sent.',
    zh: '{who}用不带 ACK、序列号取自该报文段的 RST 作答：那里已经没有这个连接。它重启过，或者中间设备忘记了状态，而 FIN 从未发出。',
  },
  advice: [
    {
      en: 'Did the {who} restart (uptime, pod, deployment)? If not, a NAT or load balancer with an idle timeout answers in its place: compare TTLs.',
      zh: '{who}是否重启过（uptime、Pod、发布）？若没有，就是有空闲超时的 NAT 或负载均衡在替它应答：比较 TTL。',
    },
    {
      en: 'Keep-alive on the sender (below the idle timeouts on the way) finds such connections before a request does.',
      zh: '发送方开启保活（间隔小于途中的空闲超时），可以在请求之前发现这种连接。',
    },
  ],
  scenario: { id: 'halfopen' },
  over: ['abort', 'unread-reset'],
  judge(connection, { vantage }) {
    const rst = resetOf(connection);
    if (rst === null || connection.sides[rst.way].fin !== null) return null;
    if (connection.sides[otherWay(rst.way)].fin !== null) return null;
    const asked = answered(connection, rst);
    if (asked === undefined) return null;
    const mine = connection.segments.findLast((seen) => seen.way === rst.way && seen.us < asked.us);
    const quiet = asked.us - (mine?.us ?? connection.first.us);
    const probes = (asked.marks & (Mark.KEEP_ALIVE | Mark.RETRANSMITTED)) !== 0;
    // An abort just then would look alike; it would not wait for a segment.
    if (quiet < 400_000 && !probes) return null;
    if (asked.length === 0 && !probes) return null;
    return {
      confidence: probes || quiet > 10e6 ? 'certain' : 'likely',
      culprit: rst.way === 0 ? 'client' : 'server',
      params: { who: names(rst.way) },
      evidence: [
        ...(mine === undefined ? [] : [shows(mine, roles.lastOfPeer)]),
        shows(asked, roles.text),
        shows(rst, roles.rst),
      ],
      orElse:
        vantage.at === 'client' || vantage.at === 'server'
          ? ['abort', 'idle-killed']
          : ['idle-killed', 'abort'],
      excluded: [
        {
          verdict: 'unread-reset',
          because: {
            en: 'the RST has no ACK: it answers a segment that found no connection',
            zh: 'RST 不带 ACK：它是对找不到连接的报文段的应答',
          },
        },
      ],
    };
  },
};

/** A program that resets: SO_LINGER 0, a kill, an abort of the runtime. */
export const abort: Rule = {
  id: 'abort',
  severity: 'warning',
  title: { en: 'Reset by a program', zh: '被程序重置' },
  means: {
    en: 'The {who} ended the open connection with RST, with nothing visibly unread: its program aborts (SO_LINGER 0, destroy()), was killed, or its runtime cleans up so.',
    zh: '{who}用 RST 结束了打开着的连接，也看不出有未读数据：程序主动中止（SO_LINGER 0、destroy()）、被杀，或运行时就这样清理。',
  },
  advice: [
    {
      en: 'On the {who}: logs at that second; strace -f -e trace=close,shutdown,setsockopt shows SO_LINGER. Health checks of load balancers do it on purpose.',
      zh: '在{who}上：看那一秒的日志；strace -f -e trace=close,shutdown,setsockopt 可看到 SO_LINGER。负载均衡的健康检查会故意这样做。',
    },
  ],
  scenario: { id: 'hs', edits: ['left abort 100ms'] },
  judge(connection) {
    const rst = resetOf(connection);
    if (rst === null || connection.ending !== 'reset') return null;
    const { sides } = connection;
    // After both FINs a RST only answers what is late.
    if (sides[0].fin !== null && sides[1].fin !== null) return null;
    const text = lastText(connection, rst.us);
    return {
      confidence: 'possible',
      culprit: rst.way === 0 ? 'client' : 'server',
      params: { who: names(rst.way) },
      evidence: [...(text === undefined ? [] : [shows(text, roles.lastText)]), shows(rst, roles.rst)],
      orElse: ['unread-reset', 'half-open', 'reset-by-middlebox'],
    };
  },
};
