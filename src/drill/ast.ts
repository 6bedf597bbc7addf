// What a packetdrill script (`.pkt`) says, as plain data: the parser builds it, the runner reads it,
// the printer writes it back. Covers the TCP parts of the Linux (google) and the FreeBSD (nplab)
// dialect. Field names follow RFC 9293 and RFC 9768 (AccECN) where the script has no word of its own.

/** A whole script. */
export interface Script {
  /** The name the text came from, as messages print it. */
  readonly file: string;
  /** `--name=value` lines in the order written, defines included. */
  readonly options: readonly ScriptOption[];
  /** `--define=SYM=value` (and `-D`) lines, later ones override earlier ones of the same name. */
  readonly defines: readonly Define[];
  /** The back-quoted command before the first event: run before time 0. */
  readonly initCommand?: Command;
  /** `defaults.sh` of a suite, where only a comment names it: the settings of the machines that the script was written on. */
  readonly assumed?: string;
  /** What happens, in script order. */
  readonly events: readonly ScriptEvent[];
  /** The back-quoted command after the last event: run even when the script fails. */
  readonly cleanupCommand?: Command;
}

/** One `--name=value` line; `value` is null for a bare `--name`. A string's quotes are removed. */
export interface ScriptOption {
  readonly name: string;
  readonly value: string | null;
  readonly line: number;
}

/** What a defined word stands for: another token (`word`), a string, or a back-quoted command. */
export interface Define {
  readonly name: string;
  readonly kind: 'word' | 'string' | 'command';
  /** The replacement, without its quotes. */
  readonly text: string;
}

/** A shell command: the text between back-quotes, untouched (it may have several lines). */
export interface Command {
  readonly text: string;
  /** 1-based line of the opening quote. */
  readonly line: number;
}

/**
 * When an event is due, in microseconds. `relative` counts from the previous event's time. For an
 * outbound packet it is the moment expected, for everything else the moment to act; `any` and the
 * ranges are only written before outbound packets.
 */
export type EventTime =
  | { readonly kind: 'absolute'; readonly us: number }
  | { readonly kind: 'relative'; readonly us: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'absolute-range'; readonly us: number; readonly endUs: number }
  | { readonly kind: 'relative-range'; readonly us: number; readonly endUs: number };

/** What every event has. */
export interface EventBase {
  readonly time: EventTime;
  /** 1-based line and column of the time. */
  readonly line: number;
  readonly column: number;
  /** The event's text as written, trimmed; for messages. */
  readonly source: string;
}

/** `< …` or `> …` */
export interface PacketEvent extends EventBase {
  readonly kind: 'packet';
  readonly packet: Packet;
}

/** `name(args) = result` */
export interface SyscallEvent extends EventBase {
  readonly kind: 'syscall';
  readonly syscall: Syscall;
}

/** `%{ … }%` */
export interface CodeEvent extends EventBase {
  readonly kind: 'code';
  /** The text between the braces; spaces and tabs at either end removed. */
  readonly text: string;
  /** 1-based line on which `text` begins. */
  readonly textLine: number;
}

/** A back-quoted command between events. */
export interface CommandEvent extends EventBase {
  readonly kind: 'command';
  readonly command: Command;
}

/** One timed line of a script. */
export type ScriptEvent = PacketEvent | SyscallEvent | CodeEvent | CommandEvent;

// ---------------------------------------------------------------------------------------- packets

/** Inbound (`<`): injected into the stack under test. Outbound (`>`): expected from it. */
export type Direction = 'inbound' | 'outbound';

/** ECN field of the IP header; `ect01` (outbound only) accepts ECT(0) or ECT(1). */
export type Ecn = 'noecn' | 'ect0' | 'ect1' | 'ect01' | 'ce';

/** `[ect0]`, `(tos 0x20, ttl 3)` …: a null field is not written, hence not checked. */
export interface IpInfo {
  readonly ecn: Ecn | null;
  /** The whole TOS or traffic class byte. */
  readonly tos: number | null;
  /** 20-bit IPv6 flow label. */
  readonly flowLabel: number | null;
  readonly ttl: number | null;
}

/** A header written out before the packet proper, outermost first. */
export type Encapsulation =
  | { readonly kind: 'ipv4' | 'ipv6'; readonly src: string; readonly dst: string; readonly ip: IpInfo }
  | { readonly kind: 'gre'; readonly gre: GreHeader | null }
  | { readonly kind: 'mpls'; readonly entries: readonly MplsEntry[] };

/** GRE fields as written after `gre`; all present or the header is the plain 4 bytes (`gre: null`). */
export interface GreHeader {
  readonly flags: number;
  readonly sum: number;
  readonly off: number;
  readonly key: number;
  readonly seq: number;
}

/** `(label 0,tc 0,[S],ttl 0)` */
export interface MplsEntry {
  readonly label: number;
  readonly trafficClass: number;
  readonly bottom: boolean;
  readonly ttl: number;
}

/** A pair of ports: `sport > dport`. */
export interface Ports {
  readonly src: number;
  readonly dst: number;
}

/** What every packet has. */
export interface PacketBase {
  readonly direction: Direction;
  readonly encapsulation: readonly Encapsulation[];
  readonly ip: IpInfo;
}

/** A TCP segment. */
export interface TcpPacket extends PacketBase {
  readonly protocol: 'tcp';
  /** Ports that replace those of the connection under test. */
  readonly ports: Ports | null;
  readonly flags: TcpFlags;
  readonly seq: SequenceRange;
  /** Acknowledgment number relative to the live ISS, or null when not written (0 on the wire). */
  readonly ack: number | null;
  /** Window field as on the wire (not scaled), or null: not checked. Always there when inbound. */
  readonly win: number | null;
  /** Urgent pointer, or null when not written (0 on the wire). */
  readonly urg: number | null;
  /** In wire order; `any` (`<...>`, outbound only) leaves them unchecked. */
  readonly options: readonly TcpOption[] | 'any';
  /** `/udp(a > b)`: the segment is carried in UDP with these ports (nplab). */
  readonly udpEncapsulation: Ports | null;
}

/** Control bits. `bits` is the 9-bit mask FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, AE 256. */
export interface TcpFlags {
  readonly bits: number;
  /** The ACE counter (0-7) when a digit was written (`.5`, `5.`); then AE, CWR, ECE in `bits` spell it. */
  readonly ace: number | null;
}

/** `start:end(length)`, relative to the script ISN. */
export interface SequenceRange {
  readonly start: number;
  readonly end: number;
  /** Payload octets. */
  readonly length: number;
  /** `start:end(length)!`: numbers are live ones, not to be mapped (nplab). */
  readonly absolute: boolean;
  /** `...(length)`: the sequence number is not checked; start and end are 0 (nplab). */
  readonly ignored: boolean;
}

/** One TCP option as written. Hex strings are lower case without prefix. */
export type TcpOption =
  | { readonly kind: 'nop' }
  | { readonly kind: 'eol' }
  | { readonly kind: 'mss'; readonly bytes: number }
  /** `wscale *` has shift null: any shift. */
  | { readonly kind: 'wscale'; readonly shift: number | null }
  | { readonly kind: 'sackOK' }
  | { readonly kind: 'sack'; readonly blocks: readonly SackBlock[] }
  /** `TS val ... ecr N` has val null: not checked. `ecr N!` is a live value, not to be mapped. */
  | { readonly kind: 'TS'; readonly val: number | null; readonly ecr: number; readonly ecrAbsolute: boolean }
  /** `valid` and `invalid` (nplab) stand for the signature by `--tcp_md5_secret`, and for another. */
  | { readonly kind: 'md5'; readonly digest: string }
  /** TCP Fast Open (RFC 7413), an empty cookie is a request. */
  | { readonly kind: 'FO'; readonly cookie: string }
  /** TCP Fast Open in the experimental option 254, magic 0xF989. */
  | { readonly kind: 'FOEXP'; readonly cookie: string }
  /** AccECN (RFC 9768): counters in wire order; `e0b` first is kind 172, `e1b` first is kind 174. */
  | { readonly kind: 'ECN'; readonly counters: readonly AccEcnCounter[] }
  /** Any other kind, `opt KIND HEX` (an extension of this parser): `data` follows kind and length. */
  | { readonly kind: 'unknown'; readonly option: number; readonly data: string };

/** Edges relative to the script ISN. */
export interface SackBlock {
  readonly left: number;
  readonly right: number;
}

/** A 24-bit byte counter. */
export interface AccEcnCounter {
  readonly name: 'e0b' | 'ceb' | 'e1b';
  readonly value: number;
}

/** A UDP datagram of `length` zero octets. */
export interface UdpPacket extends PacketBase {
  readonly protocol: 'udp';
  readonly ports: Ports | null;
  readonly length: number;
}

/** An ICMP (v4 or v6, by `--ip_version`) message. Names are as written: `unreachable`, `frag_needed`. */
export interface IcmpPacket extends PacketBase {
  readonly protocol: 'icmp';
  readonly type: string;
  readonly code: string | null;
  readonly mtu: number | null;
  readonly echoId: number | null;
  /** The packet inside: what the message complains about. */
  readonly echoed: Echoed | null;
}

/** What an ICMP error quotes. */
export type Echoed =
  | { readonly protocol: 'tcp'; readonly seq: SequenceRange; readonly udpEncapsulation: Ports | null }
  | { readonly protocol: 'udp'; readonly length: number }
  | { readonly protocol: 'raw'; readonly length: number };

/** Any packet of a script. */
export type Packet = TcpPacket | UdpPacket | IcmpPacket;

// --------------------------------------------------------------------------------------- syscalls

/** `name(args) = result` */
export interface Syscall {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly result: SyscallResult;
  /**
   * Set on a blocking call (`+0...0.2 accept(…)`): when it must return, in microseconds on the same
   * base as the event's time (since the start for `absolute`, since the previous event for `relative`).
   */
  readonly endUs: number | null;
}

/** `= 3`, `= 0x2 (flags O_RDWR)`; `= -1 EPIPE (Broken pipe)`; `= ...` */
export type SyscallResult =
  | { readonly kind: 'value'; readonly value: Expression; readonly note: string | null }
  | {
      readonly kind: 'error';
      readonly value: Expression;
      /** Symbolic name, `EPIPE`. */
      readonly errno: string;
      readonly note: string | null;
    }
  | { readonly kind: 'any' };

/**
 * An argument or a result. Structures are generic: `{sa_family=AF_INET, …}`, `{..., 1000}` and
 * `{msg_iov(1)=[…]}` are all `struct`, so an unknown field still parses.
 */
export type Expression =
  /** `...`: do not care, or the tool fills it in. */
  | { readonly kind: 'ellipsis' }
  /** `text` is as written, for values beyond 2^53. */
  | { readonly kind: 'int'; readonly value: number; readonly text: string }
  /** Escapes are decoded, adjacent strings joined; `partial` is `"abc"...`: only a beginning. */
  | { readonly kind: 'string'; readonly value: string; readonly partial: boolean }
  /** A symbol: `SOL_SOCKET`, `NULL`. */
  | { readonly kind: 'word'; readonly name: string }
  /** Bitwise or. */
  | { readonly kind: 'binary'; readonly op: '|'; readonly left: Expression; readonly right: Expression }
  /** `[a, b]` */
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  /** `{a=1, b(2)=c, d}` */
  | { readonly kind: 'struct'; readonly fields: readonly StructField[] }
  /** `htons(8080)`, `inet_addr("192.0.2.1")` */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** `name=value`, `name(size)=value`, or a bare value (name null). */
export interface StructField {
  readonly name: string | null;
  readonly size: Expression | null;
  readonly value: Expression;
}
