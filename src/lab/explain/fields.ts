// Every field of the headers of IPv4, IPv6 and TCP, and of the TCP options: where it stands, what it is called
// and what it means, each with the section of its RFC.

import type { Text } from '../text/index.ts';

/** A field of a header. */
export interface FieldInfo {
  /** `tcp.seq`. */
  readonly id: string;
  readonly name: Text;
  /** One sentence. */
  readonly meaning: Text;
  /** RFC and section: `RFC 9293 3.1`. */
  readonly section: string;
  /** Bit of the header at which it begins, and how many bits; null where that depends on the packet. */
  readonly bit: number | null;
  readonly bits: number | null;
}

function field(
  id: string,
  place: readonly [number | null, number | null],
  names: readonly [string, string],
  meaning: Text,
  section: string,
): FieldInfo {
  return { id, bit: place[0], bits: place[1], name: { en: names[0], zh: names[1] }, meaning, section };
}

const TCP = 'RFC 9293 3.1';
const OPTIONS = 'RFC 9293 3.2';
const V4 = 'RFC 791 3.1';
const V6 = 'RFC 8200 3';
const ANY = [null, null] as const;

/** The fields of the TCP header, in order. */
export const tcpFields: readonly FieldInfo[] = [
  field(
    'tcp.srcPort',
    [0, 16],
    ['Source Port', '源端口'],
    {
      en: 'The port of the sender; with its address it is the sender’s socket.',
      zh: '发送方的端口，与它的地址一起构成发送方的套接字。',
    },
    TCP,
  ),
  field(
    'tcp.dstPort',
    [16, 16],
    ['Destination Port', '目的端口'],
    {
      en: 'The port of the receiver; both sockets together name the connection.',
      zh: '接收方的端口；两个套接字一起标识一条连接。',
    },
    TCP,
  ),
  field(
    'tcp.seq',
    [32, 32],
    ['Sequence Number', '序列号'],
    {
      en: 'The number of the first octet of text; with SYN it is the initial sequence number, and text begins one later.',
      zh: '第一个数据字节的编号；有 SYN 时是初始序列号，数据从它加 1 开始。',
    },
    TCP,
  ),
  field(
    'tcp.ack',
    [64, 32],
    ['Acknowledgment Number', '确认号'],
    {
      en: 'The next sequence number that the sender of this segment expects; it means something only with the ACK bit.',
      zh: '本报文段的发送方期望收到的下一个序列号；只有 ACK 位为 1 时才有意义。',
    },
    TCP,
  ),
  field(
    'tcp.dataOffset',
    [96, 4],
    ['Data Offset', '数据偏移'],
    {
      en: 'The length of the TCP header in 32-bit words, options included: where the text begins.',
      zh: 'TCP 首部的长度（含选项），以 32 位字为单位，也就是数据开始的位置。',
    },
    TCP,
  ),
  field(
    'tcp.reserved',
    [100, 4],
    ['Reserved', '保留'],
    {
      en: 'Must be zero when sent and is ignored when received; the last of the four bits is AE of accurate ECN.',
      zh: '发送时必须为 0，接收时忽略；四位中的最后一位是精确 ECN 的 AE。',
    },
    TCP,
  ),
  field(
    'tcp.flags',
    [104, 8],
    ['Control Bits', '控制位'],
    {
      en: 'Eight bits that say what the segment is for.',
      zh: '八个比特，说明报文段的用途。',
    },
    TCP,
  ),
  field(
    'tcp.flags.cwr',
    [104, 1],
    ['CWR', 'CWR'],
    {
      en: 'Congestion window reduced: the sender has heeded an echo of congestion.',
      zh: '拥塞窗口已减小：发送方已对拥塞回显作出反应。',
    },
    'RFC 3168 6.1',
  ),
  field(
    'tcp.flags.ece',
    [105, 1],
    ['ECE', 'ECE'],
    {
      en: 'ECN echo: a packet was marked on its way; in a SYN it asks for ECN.',
      zh: 'ECN 回显：有数据包在途中被打上拥塞标记；在 SYN 中表示请求使用 ECN。',
    },
    'RFC 3168 6.1',
  ),
  field(
    'tcp.flags.urg',
    [106, 1],
    ['URG', 'URG'],
    {
      en: 'The urgent pointer field is significant.',
      zh: '紧急指针字段有效。',
    },
    TCP,
  ),
  field(
    'tcp.flags.ack',
    [107, 1],
    ['ACK', 'ACK'],
    {
      en: 'The acknowledgment number is significant: set in every segment after the first SYN.',
      zh: '确认号有效：除了最初的 SYN，每个报文段都置 1。',
    },
    TCP,
  ),
  field(
    'tcp.flags.psh',
    [108, 1],
    ['PSH', 'PSH'],
    {
      en: 'Push: the text should be passed on to the user without waiting for more.',
      zh: '推送：数据应立即交给用户，不必等待更多。',
    },
    TCP,
  ),
  field(
    'tcp.flags.rst',
    [109, 1],
    ['RST', 'RST'],
    {
      en: 'Reset the connection: it ends both directions at once and is never answered.',
      zh: '重置连接：立即结束两个方向，而且不会得到应答。',
    },
    TCP,
  ),
  field(
    'tcp.flags.syn',
    [110, 1],
    ['SYN', 'SYN'],
    {
      en: 'Synchronize sequence numbers: it opens a direction and occupies one number.',
      zh: '同步序列号：打开一个方向，占用一个序列号。',
    },
    TCP,
  ),
  field(
    'tcp.flags.fin',
    [111, 1],
    ['FIN', 'FIN'],
    {
      en: 'No more data from the sender: it ends a direction and occupies one number.',
      zh: '发送方不再有数据：结束一个方向，占用一个序列号。',
    },
    TCP,
  ),
  field(
    'tcp.window',
    [112, 16],
    ['Window', '窗口'],
    {
      en: 'How many octets, beginning with the acknowledgment number, its sender will take; scaled after the handshake if both agreed.',
      zh: '从确认号开始，发送本报文段的一方还愿意接收多少字节；若双方约定，握手之后要乘以扩大因子。',
    },
    TCP,
  ),
  field(
    'tcp.checksum',
    [128, 16],
    ['Checksum', '校验和'],
    {
      en: 'A ones’ complement sum over pseudo-header, header and text; a segment with a wrong one is discarded.',
      zh: '对伪首部、首部和数据求得的反码和；校验和错误的报文段被丢弃。',
    },
    TCP,
  ),
  field(
    'tcp.urgent',
    [144, 16],
    ['Urgent Pointer', '紧急指针'],
    {
      en: 'The offset from the sequence number to the octet after the urgent data; it means something only with URG.',
      zh: '从序列号到紧急数据之后一个字节的偏移；只有 URG 位为 1 时才有意义。',
    },
    TCP,
  ),
  field(
    'tcp.text',
    ANY,
    ['Text', '数据'],
    {
      en: 'The octets of the stream, in order from the sequence number.',
      zh: '字节流中的数据，从序列号开始依次排列。',
    },
    TCP,
  ),
  field(
    'tcp.option.end',
    ANY,
    ['End of Option List', '选项表结束'],
    {
      en: 'No option follows; what is left of the header is padding.',
      zh: '后面没有选项了；首部余下的部分是填充。',
    },
    OPTIONS,
  ),
  field(
    'tcp.option.nop',
    ANY,
    ['No-Operation', '无操作'],
    {
      en: 'Fills one octet, so that the next option begins at a word.',
      zh: '占一个字节，使后面的选项对齐到字边界。',
    },
    OPTIONS,
  ),
  field(
    'tcp.option.mss',
    ANY,
    ['Maximum Segment Size', '最大报文段长度'],
    {
      en: 'The largest text that its sender can take in one segment; only in a SYN.',
      zh: '发送此选项的一方每个报文段所能接收的最大数据长度；只出现在 SYN 中。',
    },
    'RFC 9293 3.7.1',
  ),
  field(
    'tcp.option.windowScale',
    ANY,
    ['Window Scale', '窗口扩大因子'],
    {
      en: 'The window fields of its sender are shifted left by so many bits after the handshake, if both SYNs carry the option.',
      zh: '若双方的 SYN 都带此选项，握手之后发送方的窗口字段要左移这么多位。',
    },
    'RFC 7323 2.2',
  ),
  field(
    'tcp.option.sackPermitted',
    ANY,
    ['SACK Permitted', '允许 SACK'],
    {
      en: 'Its sender understands selective acknowledgments; only in a SYN.',
      zh: '发送方支持选择确认；只出现在 SYN 中。',
    },
    'RFC 2018 2',
  ),
  field(
    'tcp.option.sack',
    ANY,
    ['SACK', '选择确认'],
    {
      en: 'Blocks that have arrived beyond the acknowledgment number: from the left edge to just before the right one.',
      zh: '确认号之后已经到达的数据块：从左边界开始，到右边界之前为止。',
    },
    'RFC 2018 3',
  ),
  field(
    'tcp.option.timestamps',
    ANY,
    ['Timestamps', '时间戳'],
    {
      en: 'The sender’s clock and the echo of the peer’s: for round-trip times, and to tell old duplicates (PAWS).',
      zh: '发送方的时钟和对端时钟的回显：用于测量往返时间，并识别旧的重复报文段（PAWS）。',
    },
    'RFC 7323 3.2',
  ),
  field(
    'tcp.option.fastOpen',
    ANY,
    ['Fast Open Cookie', 'Fast Open Cookie'],
    {
      en: 'A cookie that allows text in the SYN to be delivered at once; empty, it asks for one.',
      zh: '凭此 cookie，SYN 中的数据可以立即交付；内容为空表示索取 cookie。',
    },
    'RFC 7413 4.1.1',
  ),
  field(
    'tcp.option.unknown',
    ANY,
    ['Unknown option', '未知选项'],
    {
      en: 'An option of a kind that is not known, or with a length that is not its own; it is skipped.',
      zh: '类型未知或长度不符的选项；跳过。',
    },
    OPTIONS,
  ),
  field(
    'tcp.option.kind',
    ANY,
    ['Kind', '类型'],
    {
      en: 'Which option it is.',
      zh: '这是哪一种选项。',
    },
    OPTIONS,
  ),
  field(
    'tcp.option.length',
    ANY,
    ['Length', '长度'],
    {
      en: 'Octets of the whole option, kind and length included.',
      zh: '整个选项的字节数，包括类型和长度。',
    },
    OPTIONS,
  ),
  field(
    'tcp.option.value',
    ANY,
    ['Value', '值'],
    {
      en: 'What the option says.',
      zh: '选项的内容。',
    },
    OPTIONS,
  ),
  field(
    'tcp.option.tsVal',
    ANY,
    ['TSval', 'TSval'],
    {
      en: 'The sender’s timestamp clock.',
      zh: '发送方的时间戳时钟。',
    },
    'RFC 7323 3.2',
  ),
  field(
    'tcp.option.tsEcr',
    ANY,
    ['TSecr', 'TSecr'],
    {
      en: 'The timestamp of the peer that is echoed; it means something only with the ACK bit.',
      zh: '回显的对端时间戳；只有 ACK 位为 1 时才有意义。',
    },
    'RFC 7323 3.2',
  ),
  field(
    'tcp.option.sackLeft',
    ANY,
    ['Left edge', '左边界'],
    {
      en: 'The first sequence number of the block.',
      zh: '数据块的第一个序列号。',
    },
    'RFC 2018 3',
  ),
  field(
    'tcp.option.sackRight',
    ANY,
    ['Right edge', '右边界'],
    {
      en: 'The sequence number just after the block.',
      zh: '数据块之后的第一个序列号。',
    },
    'RFC 2018 3',
  ),
];

/** The fields of the IPv4 header, in order. */
export const ipv4Fields: readonly FieldInfo[] = [
  field(
    'ip4.version',
    [0, 4],
    ['Version', '版本'],
    { en: 'The version of IP: 4.', zh: 'IP 的版本：4。' },
    V4,
  ),
  field(
    'ip4.ihl',
    [4, 4],
    ['IHL', '首部长度'],
    {
      en: 'The length of the IP header in 32-bit words.',
      zh: 'IP 首部的长度，以 32 位字为单位。',
    },
    V4,
  ),
  field(
    'ip4.dscp',
    [8, 6],
    ['DSCP', '区分服务'],
    {
      en: 'How routers should treat the packet.',
      zh: '路由器应当如何对待这个数据包。',
    },
    'RFC 2474 3',
  ),
  field(
    'ip4.ecn',
    [14, 2],
    ['ECN', '显式拥塞通知'],
    {
      en: 'Whether the packet may be marked instead of dropped, and whether it was: 3 is congestion experienced.',
      zh: '拥塞时是否可以打标记而不丢弃，以及是否已被标记：3 表示经历了拥塞。',
    },
    'RFC 3168 5',
  ),
  field(
    'ip4.length',
    [16, 16],
    ['Total Length', '总长度'],
    {
      en: 'Octets of the packet, header included.',
      zh: '数据包的字节数，包括首部。',
    },
    V4,
  ),
  field(
    'ip4.id',
    [32, 16],
    ['Identification', '标识'],
    {
      en: 'Tells which fragments belong together.',
      zh: '标明哪些分片属于同一个数据包。',
    },
    V4,
  ),
  field('ip4.reserved', [48, 1], ['Reserved', '保留'], { en: 'Must be zero.', zh: '必须为 0。' }, V4),
  field(
    'ip4.df',
    [49, 1],
    ['DF', 'DF'],
    {
      en: 'Don’t fragment: a router that cannot forward the packet whole must say so.',
      zh: '禁止分片：不能整包转发的路由器必须报告。',
    },
    V4,
  ),
  field('ip4.mf', [50, 1], ['MF', 'MF'], { en: 'More fragments follow.', zh: '后面还有分片。' }, V4),
  field(
    'ip4.offset',
    [51, 13],
    ['Fragment Offset', '片偏移'],
    {
      en: 'Where the fragment belongs, in units of 8 octets.',
      zh: '分片在原数据包中的位置，以 8 字节为单位。',
    },
    V4,
  ),
  field(
    'ip4.ttl',
    [64, 8],
    ['Time to Live', '生存时间'],
    {
      en: 'Every router subtracts one and discards the packet at zero: this is why an old segment cannot live for ever.',
      zh: '每经过一个路由器减 1，减到 0 就被丢弃：旧报文段因此不可能永远存在。',
    },
    V4,
  ),
  field(
    'ip4.protocol',
    [72, 8],
    ['Protocol', '协议'],
    {
      en: 'What the packet carries: 6 is TCP.',
      zh: '数据包携带的协议：6 是 TCP。',
    },
    V4,
  ),
  field(
    'ip4.checksum',
    [80, 16],
    ['Header Checksum', '首部校验和'],
    {
      en: 'A ones’ complement sum over the IP header only.',
      zh: '只对 IP 首部求得的反码和。',
    },
    V4,
  ),
  field(
    'ip4.src',
    [96, 32],
    ['Source Address', '源地址'],
    {
      en: 'The address of the sender; anybody can write another one.',
      zh: '发送方的地址；任何人都可以写成别的地址。',
    },
    V4,
  ),
  field(
    'ip4.dst',
    [128, 32],
    ['Destination Address', '目的地址'],
    {
      en: 'The address of the receiver.',
      zh: '接收方的地址。',
    },
    V4,
  ),
  field(
    'ip4.options',
    ANY,
    ['Options', '选项'],
    { en: 'Options of IP, rarely used.', zh: 'IP 选项，很少使用。' },
    V4,
  ),
];

/** The fields of the IPv6 header, in order. */
export const ipv6Fields: readonly FieldInfo[] = [
  field(
    'ip6.version',
    [0, 4],
    ['Version', '版本'],
    { en: 'The version of IP: 6.', zh: 'IP 的版本：6。' },
    V6,
  ),
  field(
    'ip6.dscp',
    [4, 6],
    ['DSCP', '区分服务'],
    {
      en: 'How routers should treat the packet.',
      zh: '路由器应当如何对待这个数据包。',
    },
    'RFC 2474 3',
  ),
  field(
    'ip6.ecn',
    [10, 2],
    ['ECN', '显式拥塞通知'],
    {
      en: 'Whether the packet may be marked instead of dropped, and whether it was: 3 is congestion experienced.',
      zh: '拥塞时是否可以打标记而不丢弃，以及是否已被标记：3 表示经历了拥塞。',
    },
    'RFC 3168 5',
  ),
  field(
    'ip6.flow',
    [12, 20],
    ['Flow Label', '流标签'],
    {
      en: 'The same for all packets of a flow, so that they take the same way.',
      zh: '同一个流的数据包取值相同，以便走同一条路径。',
    },
    'RFC 6437 2',
  ),
  field(
    'ip6.length',
    [32, 16],
    ['Payload Length', '载荷长度'],
    {
      en: 'Octets after this header.',
      zh: '本首部之后的字节数。',
    },
    V6,
  ),
  field(
    'ip6.next',
    [48, 8],
    ['Next Header', '下一个首部'],
    {
      en: 'What follows this header: 6 is TCP.',
      zh: '紧跟在本首部之后的内容：6 是 TCP。',
    },
    V6,
  ),
  field(
    'ip6.hops',
    [56, 8],
    ['Hop Limit', '跳数限制'],
    {
      en: 'Every router subtracts one and discards the packet at zero: this is why an old segment cannot live for ever.',
      zh: '每经过一个路由器减 1，减到 0 就被丢弃：旧报文段因此不可能永远存在。',
    },
    V6,
  ),
  field(
    'ip6.src',
    [64, 128],
    ['Source Address', '源地址'],
    {
      en: 'The address of the sender; anybody can write another one.',
      zh: '发送方的地址；任何人都可以写成别的地址。',
    },
    V6,
  ),
  field(
    'ip6.dst',
    [192, 128],
    ['Destination Address', '目的地址'],
    {
      en: 'The address of the receiver.',
      zh: '接收方的地址。',
    },
    V6,
  ),
  field(
    'ip6.extension',
    ANY,
    ['Extension Header', '扩展首部'],
    {
      en: 'A header between IPv6 and what it carries.',
      zh: '位于 IPv6 首部和载荷之间的首部。',
    },
    'RFC 8200 4',
  ),
];

/** What stands in no header: what a dissection cannot read, or does not know. */
export const otherFields: readonly FieldInfo[] = [
  field(
    'ip4',
    ANY,
    ['IPv4 header', 'IPv4 首部'],
    {
      en: 'Brings the packet from one address to another.',
      zh: '把数据包从一个地址送到另一个地址。',
    },
    V4,
  ),
  field(
    'ip6',
    ANY,
    ['IPv6 header', 'IPv6 首部'],
    {
      en: 'Brings the packet from one address to another.',
      zh: '把数据包从一个地址送到另一个地址。',
    },
    V6,
  ),
  field(
    'tcp',
    ANY,
    ['TCP header', 'TCP 首部'],
    {
      en: 'All that the two ends of a connection tell each other.',
      zh: '连接两端相互告知的全部信息。',
    },
    TCP,
  ),
  field(
    'payload',
    ANY,
    ['Payload', '载荷'],
    {
      en: 'Octets of another protocol, or of a later fragment.',
      zh: '其他协议的数据，或后续分片的数据。',
    },
    V4,
  ),
  field(
    'malformed',
    ANY,
    ['Malformed', '格式错误'],
    {
      en: 'These octets cannot be what the fields before say: a receiver discards the packet.',
      zh: '这些字节与前面的字段矛盾：接收方会丢弃这个数据包。',
    },
    TCP,
  ),
];

/** Every field by its id. */
export const fieldsById: ReadonlyMap<string, FieldInfo> = new Map(
  [...otherFields, ...ipv4Fields, ...ipv6Fields, ...tcpFields].map((info) => [info.id, info]),
);
