// What the fields of a TCB view mean (RFC 9293 section 3.3.1), where `ss -i` of Linux shows the same, and how
// two views differ.

import type { Text } from '../text/index.ts';
import type { QueueView, TcbView } from '../trace.ts';

/** One field of {@link TcbView} or {@link QueueView}. */
export interface TcbFieldInfo {
  /** Its path in the view: `snd.una`. */
  readonly path: string;
  /** As the RFC writes it: `SND.UNA`. */
  readonly name: string;
  /** What `ss -i`, `ss -o` or `ss -l` prints for it; null if it does not. */
  readonly ss: string | null;
  /** One sentence. */
  readonly meaning: Text;
  readonly unit:
    | 'sequence number'
    | 'octets'
    | 'octets per second'
    | 'ms'
    | 'bits'
    | 'count'
    | 'yes or no'
    | 'name'
    | 'list';
  /** RFC 9293, or another RFC. */
  readonly section: string;
}

type Row = readonly [
  path: string,
  name: string,
  ss: string | null,
  en: string,
  zh: string,
  unit: TcbFieldInfo['unit'],
  section: string,
];

const ROWS: readonly Row[] = [
  ['state', 'state', 'State', 'The state of the connection.', '连接的状态。', 'name', '3.3.2'],
  [
    'snd.iss',
    'ISS',
    null,
    'The initial send sequence number: that of its own SYN.',
    '初始发送序列号，即自己 SYN 的序列号。',
    'sequence number',
    '3.4.1',
  ],
  [
    'snd.una',
    'SND.UNA',
    'unacked (SND.NXT - SND.UNA, in segments)',
    'The oldest sequence number that is not acknowledged.',
    '最早的未被确认的序列号。',
    'sequence number',
    '3.3.1',
  ],
  [
    'snd.nxt',
    'SND.NXT',
    null,
    'The next sequence number to be sent.',
    '下一个将要发送的序列号。',
    'sequence number',
    '3.3.1',
  ],
  [
    'snd.wnd',
    'SND.WND',
    'snd_wnd',
    'How much the peer is ready to take, counted from SND.UNA.',
    '对端愿意接收的数量，从 SND.UNA 算起。',
    'octets',
    '3.3.1',
  ],
  [
    'snd.end',
    'end of the send queue',
    'Send-Q (with what is in flight)',
    'The sequence number after the last octet that the program has written.',
    '程序写入的最后一个字节之后的序列号。',
    'sequence number',
    '3.10.2',
  ],
  [
    'snd.mss',
    'Eff.snd.MSS',
    'mss',
    'Octets of text in a full segment.',
    '满长报文段中的数据字节数。',
    'octets',
    '3.7.1',
  ],
  [
    'snd.wscale',
    'Snd.Wind.Shift',
    'wscale (first)',
    'How far the window fields of the peer are shifted.',
    '对端窗口字段要左移的位数。',
    'bits',
    'RFC 7323 2.3',
  ],
  [
    'snd.fin',
    'CLOSE was called',
    null,
    'The program has closed: a FIN follows the last octet.',
    '程序已调用 CLOSE：最后一个字节之后跟着 FIN。',
    'yes or no',
    '3.10.4',
  ],
  [
    'rcv.irs',
    'IRS',
    null,
    'The initial receive sequence number: that of the peer’s SYN.',
    '初始接收序列号，即对端 SYN 的序列号。',
    'sequence number',
    '3.3.1',
  ],
  [
    'rcv.nxt',
    'RCV.NXT',
    null,
    'The next sequence number expected; everything before it has arrived.',
    '期望收到的下一个序列号；此前的内容都已到达。',
    'sequence number',
    '3.3.1',
  ],
  [
    'rcv.wnd',
    'RCV.WND',
    'rcv_wnd',
    'How much this end is ready to take, counted from RCV.NXT.',
    '本端愿意接收的数量，从 RCV.NXT 算起。',
    'octets',
    '3.3.1',
  ],
  [
    'rcv.wscale',
    'Rcv.Wind.Shift',
    'wscale (second)',
    'How far its own window fields are shifted.',
    '自己的窗口字段移动的位数。',
    'bits',
    'RFC 7323 2.3',
  ],
  [
    'rcv.unread',
    'unread',
    'Recv-Q',
    'Octets that have arrived and that the program has not read.',
    '已经到达而程序尚未读取的字节数。',
    'octets',
    '3.10.3',
  ],
  [
    'rcv.ranges',
    'out-of-order queue',
    'rcv_ooopack (counts them)',
    'Octets that have arrived beyond a hole.',
    '在缺口之后到达的数据。',
    'list',
    '3.10.7.4',
  ],
  [
    'rcv.fin',
    'FIN seen',
    null,
    'The sequence number of the peer’s FIN, once it was seen.',
    '看到对端 FIN 之后，记下它的序列号。',
    'sequence number',
    '3.10.7.4',
  ],
  [
    'rto',
    'RTO',
    'rto',
    'How long an acknowledgment may take before the oldest segment is sent again.',
    '等待确认的时间；超过它就重传最早的报文段。',
    'ms',
    'RFC 6298 2',
  ],
  [
    'srtt',
    'SRTT',
    'rtt (first number)',
    'The smoothed round-trip time; none before the first measurement.',
    '平滑后的往返时间；首次测量之前没有。',
    'ms',
    'RFC 6298 2',
  ],
  [
    'backoff',
    'back-off',
    'backoff',
    'Timeouts in a row; each has doubled RTO.',
    '连续超时的次数；每次都使 RTO 加倍。',
    'count',
    'RFC 6298 5.5',
  ],
  [
    'cwnd',
    'cwnd',
    'cwnd (in segments)',
    'The congestion window: how much may be in flight for the sake of the network.',
    '拥塞窗口：为网络着想，允许在途的数据量。',
    'octets',
    'RFC 5681 2',
  ],
  [
    'ssthresh',
    'ssthresh',
    'ssthresh (in segments)',
    'Below it cwnd grows by slow start, above it by congestion avoidance.',
    'cwnd 小于它时慢启动，大于它时拥塞避免。',
    'octets',
    'RFC 5681 3.1',
  ],
  [
    'pacing',
    'pacing rate',
    'pacing_rate (bits per second)',
    'The rate at which segments leave, where the congestion control asks for one; 0: all leave that cwnd allows.',
    '拥塞控制要求时，报文段发出的速率；0：cwnd 允许多少就发出多少。',
    'octets per second',
    'draft-ietf-ccwg-bbr 5.6.2',
  ],
  [
    'timers',
    'timers',
    'timer:(…)',
    'The timers that run, and how long until each fires.',
    '正在运行的定时器，以及距到期的时间。',
    'ms',
    '3.10.8',
  ],
  [
    'passive',
    'passive OPEN',
    null,
    'The connection came from LISTEN; a RST in SYN-RECEIVED returns there.',
    '连接来自 LISTEN；在 SYN-RECEIVED 收到 RST 就回到那里。',
    'yes or no',
    '3.5 MUST-11',
  ],
  [
    'orphan',
    'orphan',
    'users:(…) is missing',
    'The program has gone: nobody reads any more.',
    '程序已离开：不再有人读取。',
    'yes or no',
    '3.6.1',
  ],
  [
    'options.sack',
    'SACK',
    'sack',
    'Selective acknowledgments are in use.',
    '正在使用选择确认。',
    'yes or no',
    'RFC 2018 2',
  ],
  [
    'options.timestamps',
    'timestamps',
    'ts',
    'Timestamps are in use.',
    '正在使用时间戳。',
    'yes or no',
    'RFC 7323 3',
  ],
  [
    'options.windowScale',
    'window scale',
    'wscale',
    'Window fields are scaled.',
    '窗口字段要乘以扩大因子。',
    'yes or no',
    'RFC 7323 2',
  ],
];

const QUEUE_ROWS: readonly Row[] = [
  [
    'syn',
    'SYN queue (半连接队列)',
    'ss -n state syn-recv',
    'Connections in SYN-RECEIVED whose handshake is not over.',
    '处于 SYN-RECEIVED、握手尚未完成的连接数。',
    'count',
    'RFC 4987 2.1',
  ],
  [
    'synLimit',
    'bound of the SYN queue',
    null,
    'How many unfinished handshakes are kept; beyond it SYNs are dropped or answered with cookies.',
    '最多保存多少个未完成的握手；超过后丢弃 SYN 或使用 cookie。',
    'count',
    'RFC 4987 2.1',
  ],
  [
    'accept',
    'accept queue (全连接队列)',
    'Recv-Q of a listener (ss -l)',
    'Connections that are established and that the program has not accepted.',
    '已经建立、程序尚未取走的连接数。',
    'count',
    '3.10.1',
  ],
  [
    'acceptLimit',
    'backlog',
    'Send-Q of a listener (ss -l)',
    'How many such connections may wait.',
    '最多有多少个这样的连接可以等待。',
    'count',
    '3.10.1',
  ],
];

function infoOf([path, name, ss, en, zh, unit, section]: Row): TcbFieldInfo {
  return { path, name, ss, meaning: { en, zh }, unit, section };
}

/** Every field of {@link TcbView}, in the order in which it is shown. */
export const tcbFields: readonly TcbFieldInfo[] = ROWS.map(infoOf);

/** Every field of {@link QueueView}. */
export const queueFields: readonly TcbFieldInfo[] = QUEUE_ROWS.map(infoOf);

/** A field that two views have different. */
export interface TcbDifference {
  readonly field: TcbFieldInfo;
  /** As JSON has it; undefined when there was no TCB. */
  readonly before: unknown;
  readonly after: unknown;
}

/** The value of a field in a view. */
export function valueAt(view: TcbView | QueueView | null, path: string): unknown {
  let value: unknown = view ?? undefined;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** The fields in which two views differ, in the order in which they are shown; null: there is no TCB. */
export function diffTcb(before: TcbView | null, after: TcbView | null): TcbDifference[] {
  return tcbFields.flatMap((field) => {
    const was = valueAt(before, field.path);
    const is = valueAt(after, field.path);
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ field, before: was, after: is }];
  });
}
