// Helpers of the parser's tests: one event or packet of a script, and random scripts for round trips.

import fc from 'fast-check';
import type {
  Echoed,
  Encapsulation,
  EventTime,
  Expression,
  IpInfo,
  Packet,
  PacketBase,
  Ports,
  Script,
  ScriptEvent,
  SequenceRange,
  StructField,
  Syscall,
  TcpOption,
  TcpPacket,
} from '../ast.ts';
import { ScriptError } from './error.ts';
import { type ParseOptions, parseScript } from './parser.ts';
import { tcpOptionsLength } from './tcp-option.ts';

/** The only event of a script. */
export function parseEvent(text: string, options?: ParseOptions): ScriptEvent {
  const { events } = parseScript(text, options);
  if (events.length !== 1) throw new Error(`${events.length} events`);
  return events[0]!;
}

/** The packet of `+0 TEXT`. */
export function parsePacketText(text: string, options?: ParseOptions): Packet {
  const event = parseEvent(`+0 ${text}`, options);
  if (event.kind !== 'packet') throw new Error(`a ${event.kind}`);
  return event.packet;
}

/** The TCP segment of `+0 TEXT`. */
export function parseTcpText(text: string, options?: ParseOptions): TcpPacket {
  const packet = parsePacketText(text, options);
  if (packet.protocol !== 'tcp') throw new Error(`a ${packet.protocol} packet`);
  return packet;
}

/** The system call of `+0 TEXT`. */
export function parseSyscallText(text: string, options?: ParseOptions): Syscall {
  const event = parseEvent(`+0 ${text}`, options);
  if (event.kind !== 'syscall') throw new Error(`a ${event.kind}`);
  return event.syscall;
}

/** The ScriptError that `body` throws. */
export function scriptError(body: () => unknown): ScriptError {
  try {
    body();
  } catch (error) {
    if (error instanceof ScriptError) return error;
    throw error;
  }
  throw new Error('no error');
}

/** A script as it is but for what depends on layout. */
export function withoutPlaces(script: Script): unknown {
  const bare = (command: { text: string } | undefined): string | undefined => command?.text;
  return {
    options: script.options.map(({ name, value }) => ({ name, value })),
    defines: script.defines,
    initCommand: bare(script.initCommand),
    cleanupCommand: bare(script.cleanupCommand),
    events: script.events.map((event) => {
      const { line: _line, column: _column, source: _source, ...rest } = event;
      if (rest.kind === 'command') return { ...rest, command: rest.command.text };
      return rest.kind === 'code' ? { ...rest, textLine: 0 } : rest;
    }),
  };
}

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u20 = fc.integer({ min: 0, max: 0xfffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const timeUs = fc.integer({ min: 0, max: 1e12 });
const hex = (min: number, max: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: min, maxLength: max })
    .map((bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(''));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const word = fc.constantFrom(
  'SOL_SOCKET',
  'IPPROTO_TCP',
  'x',
  'sin_port',
  'NULL',
  '_a1',
  'fd',
  'ack',
  'label',
);

const ports: fc.Arbitrary<Ports> = fc.record({ src: u16, dst: u16 });
const ipInfo = (outbound: boolean): fc.Arbitrary<IpInfo> =>
  fc
    .record({
      ecn: maybe(fc.constantFrom('noecn', 'ect0', 'ect1', 'ce', outbound ? 'ect01' : 'ce')),
      tos: maybe(u8),
      flowLabel: maybe(u20),
      ttl: maybe(u8),
    })
    .map((info) => (info.ecn !== null ? { ...info, tos: null } : info));

const sequence: fc.Arbitrary<SequenceRange> = fc
  .record({ start: u32, length: u16, absolute: fc.boolean(), ignored: fc.boolean() })
  .map(({ start, length, absolute, ignored }) =>
    ignored
      ? { start: 0, end: 0, length, absolute: false, ignored }
      : { start, end: (start + length) % 2 ** 32, length, absolute, ignored },
  );

const option: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constantFrom<TcpOption>({ kind: 'nop' }, { kind: 'eol' }, { kind: 'sackOK' }),
  fc.record({ kind: fc.constant('mss' as const), bytes: u16 }),
  fc.record({ kind: fc.constant('wscale' as const), shift: maybe(u8) }),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('TS' as const), val: maybe(u32), ecr: u32, ecrAbsolute: fc.boolean() }),
  fc.record({
    kind: fc.constant('md5' as const),
    digest: fc.oneof(hex(1, 16), fc.constantFrom('valid', 'invalid')),
  }),
  fc.record({ kind: fc.constantFrom('FO' as const, 'FOEXP' as const), cookie: hex(0, 16) }),
  fc
    .record({
      reverse: fc.boolean(),
      values: fc.array(fc.integer({ min: 0, max: 0xffffff }), { minLength: 1, maxLength: 3 }),
    })
    .map(({ reverse, values }): TcpOption => {
      const order = reverse ? (['e1b', 'ceb', 'e0b'] as const) : (['e0b', 'ceb', 'e1b'] as const);
      return { kind: 'ECN', counters: values.map((value, i) => ({ name: order[i]!, value })) };
    }),
  fc.record({
    kind: fc.constant('unknown' as const),
    option: fc.integer({ min: 2, max: 255 }),
    data: hex(0, 10),
  }),
);

/** Options that fit into a header and fill it to a multiple of four. */
const options: fc.Arbitrary<TcpOption[]> = fc.array(option, { maxLength: 4 }).map((list) => {
  const fitting: TcpOption[] = [];
  for (const o of list) if (tcpOptionsLength([...fitting, o]) <= 40) fitting.push(o);
  while (tcpOptionsLength(fitting) % 4 !== 0) fitting.push({ kind: 'nop' });
  return fitting;
});

const encapsulation: fc.Arbitrary<Encapsulation> = fc.oneof(
  ipInfo(true).map((ip): Encapsulation => ({ kind: 'ipv4', src: '192.0.2.1', dst: '10.0.0.255', ip })),
  ipInfo(true).map((ip): Encapsulation => ({ kind: 'ipv6', src: 'fd3d:fa7b:d17d::1', dst: '::', ip })),
  maybe(fc.record({ flags: u16, sum: u16, off: u16, key: u32, seq: u32 })).map(
    (gre): Encapsulation => ({ kind: 'gre', gre }),
  ),
  fc
    .array(
      fc.record({ label: u20, trafficClass: fc.integer({ min: 0, max: 7 }), bottom: fc.boolean(), ttl: u8 }),
      {
        maxLength: 3,
      },
    )
    .map((entries): Encapsulation => ({ kind: 'mpls', entries })),
);

const echoed: fc.Arbitrary<Echoed> = fc.oneof(
  fc.record({ protocol: fc.constant('tcp' as const), seq: sequence, udpEncapsulation: maybe(ports) }),
  fc.record({ protocol: fc.constantFrom('udp' as const, 'raw' as const), length: u16 }),
);

const packet: fc.Arbitrary<Packet> = fc.boolean().chain((outbound) => {
  const base = (): { [K in keyof PacketBase]: fc.Arbitrary<PacketBase[K]> } => ({
    direction: fc.constant(outbound ? 'outbound' : 'inbound'),
    encapsulation: fc.array(encapsulation, { maxLength: 2 }),
    ip: ipInfo(outbound),
  });
  const flags = fc
    .record({ bits: fc.integer({ min: 0, max: 511 }), ace: maybe(fc.integer({ min: 0, max: 7 })) })
    .map(({ bits, ace }) => ({ bits: ace === null ? bits : (bits & 0x3f) | (ace << 6), ace }));
  return fc.oneof(
    fc.record({
      ...base(),
      protocol: fc.constant('tcp' as const),
      ports: maybe(ports),
      flags,
      seq: sequence,
      ack: maybe(u32),
      win: outbound ? maybe(u16) : u16,
      urg: maybe(u16),
      options: outbound ? fc.oneof(options, fc.constant('any' as const)) : options,
      udpEncapsulation: maybe(ports),
    }),
    fc.record({ ...base(), protocol: fc.constant('udp' as const), ports: maybe(ports), length: u16 }),
    fc.record({
      ...base(),
      protocol: fc.constant('icmp' as const),
      type: fc.constantFrom('unreachable', 'packet_too_big', 'type_7'),
      code: maybe(fc.constantFrom('frag_needed', 'code_9')),
      mtu: maybe(u32),
      echoId: maybe(u16),
      echoed: maybe(echoed),
    }),
  );
});

const text = fc.string({ unit: 'binary-ascii', maxLength: 12 });

const expression: fc.Arbitrary<Expression> = fc.letrec<{
  any: Expression;
  operand: Expression;
  field: StructField;
}>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    tie('operand'),
    fc.record({
      kind: fc.constant('binary' as const),
      op: fc.constant('|' as const),
      left: tie('any'),
      right: tie('operand'),
    }),
  ),
  operand: fc.oneof(
    { depthSize: 'small' },
    fc.constant<Expression>({ kind: 'ellipsis' }),
    fc.integer().map((value): Expression => ({ kind: 'int', value, text: String(value) })),
    u32.map((value): Expression => ({ kind: 'int', value, text: `0x${value.toString(16)}` })),
    fc.record({ kind: fc.constant('string' as const), value: text, partial: fc.boolean() }),
    word.map((name): Expression => ({ kind: 'word', name })),
    fc.array(tie('any'), { maxLength: 3 }).map((items): Expression => ({ kind: 'list', items })),
    fc.array(tie('field'), { maxLength: 3 }).map((fields): Expression => ({ kind: 'struct', fields })),
    fc.record({
      kind: fc.constant('call' as const),
      name: word,
      args: fc.array(tie('any'), { maxLength: 2 }),
    }),
  ),
  field: fc.oneof(
    fc.record({ name: word, size: fc.option(tie('any'), { nil: null }), value: tie('any') }),
    fc.record({ name: fc.constant(null), size: fc.constant(null), value: tie('any') }),
  ),
})).any;

/** An expression that may stand as a result: a call there would read as a word and a note. */
const result: fc.Arbitrary<Syscall['result']> = fc.oneof(
  fc.constant({ kind: 'any' as const }),
  fc.record({
    kind: fc.constant('value' as const),
    value: fc.integer().map((value): Expression => ({ kind: 'int', value, text: String(value) })),
    note: maybe(fc.constantFrom('flags O_RDWR|O_NONBLOCK', 'a (b) c')),
  }),
  fc.record({
    kind: fc.constant('error' as const),
    value: fc.constant<Expression>({ kind: 'int', value: -1, text: '-1' }),
    errno: fc.constantFrom('EPIPE', 'EAGAIN'),
    note: maybe(fc.constant('Broken pipe')),
  }),
);

const singleTime: fc.Arbitrary<EventTime> = fc.record({
  kind: fc.constantFrom('absolute' as const, 'relative' as const),
  us: timeUs,
});
const anyTime: fc.Arbitrary<EventTime> = fc.oneof(
  singleTime,
  fc.constant<EventTime>({ kind: 'any' }),
  fc
    .record({
      kind: fc.constantFrom('absolute-range' as const, 'relative-range' as const),
      us: timeUs,
      more: timeUs,
    })
    .map(({ kind, us, more }): EventTime => ({ kind, us, endUs: us + more })),
);

const places = { line: 1, column: 1, source: '' };

const event: fc.Arbitrary<ScriptEvent> = fc.oneof(
  packet.chain((p) =>
    (p.direction === 'outbound' ? anyTime : singleTime).map(
      (time): ScriptEvent => ({ kind: 'packet', time, packet: p, ...places }),
    ),
  ),
  fc
    .record({
      time: singleTime,
      name: word,
      args: fc.array(expression, { maxLength: 4 }),
      result,
      blocks: maybe(timeUs),
    })
    .map(({ time, name, args, result: r, blocks }): ScriptEvent => {
      const start = time.kind === 'any' ? 0 : time.us;
      const syscall: Syscall = { name, args, result: r, endUs: blocks === null ? null : start + blocks };
      return { kind: 'syscall', time, syscall, ...places };
    }),
  fc
    .record({ time: singleTime, text: fc.constantFrom('assert tcpi_x == 1', '\nif a:\n  b = 1\n', '') })
    .map(({ time, text: code }): ScriptEvent => ({ kind: 'code', time, text: code, textLine: 1, ...places })),
  singleTime.map(
    (time): ScriptEvent => ({
      kind: 'command',
      time,
      command: { text: 'sysctl -q a=1\nb \\` c', line: 1 },
      ...places,
    }),
  ),
);

/** Any script that the printer can write. */
export const anyScript: fc.Arbitrary<Script> = fc.record({
  file: fc.constant('script'),
  options: fc.array(
    fc.record({
      name: fc.constantFrom('ip_version', 'mss', 'dry_run'),
      value: maybe(fc.constantFrom('ipv4', '1460', 'a b', '192.0.2.1', '', '../x.sh')),
      line: fc.constant(1),
    }),
    { maxLength: 3 },
  ),
  defines: fc.constant([]),
  initCommand: fc.record({ text: fc.constantFrom('../common/defaults.sh', 'a\nb'), line: fc.constant(1) }),
  events: fc.array(event, { minLength: 1, maxLength: 6 }),
  cleanupCommand: fc.record({ text: fc.constant('rm -f x'), line: fc.constant(1) }),
});
