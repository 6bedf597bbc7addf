// A script back to text, in one canonical form: parsing the text gives the same script again, but for
// lines, columns and source texts.

import type {
  Echoed,
  Encapsulation,
  EventTime,
  Expression,
  GreHeader,
  IpInfo,
  Packet,
  Ports,
  Script,
  ScriptEvent,
  SequenceRange,
  StructField,
  Syscall,
  TcpFlags,
  TcpOption,
} from '../ast.ts';
import { escapeString } from './expression.ts';
import { FLAG_BITS } from './packet.ts';

/** The whole script, a line each for options, commands and events. */
export function printScript(script: Script): string {
  const lines: string[] = [];
  for (const { name, value } of script.options) {
    if (value === null) lines.push(`--${name}`);
    else lines.push(`--${name}=${name !== 'define' && /^$|[\s/]/.test(value) ? `"${value}"` : value}`);
  }
  if (script.assumed !== undefined) lines.push(`//\`${script.assumed}\``);
  if (script.initCommand !== undefined) lines.push(`\`${script.initCommand.text}\``);
  for (const event of script.events) lines.push(printEvent(event));
  if (script.cleanupCommand !== undefined) lines.push(`\`${script.cleanupCommand.text}\``);
  return `${lines.join('\n')}\n`;
}

/** One event with its time. */
export function printEvent(event: ScriptEvent): string {
  const time = printTime(event.time);
  switch (event.kind) {
    case 'packet':
      return `${time} ${printPacket(event.packet)}`;
    case 'code':
      return `${time} %{ ${event.text} }%`;
    case 'command':
      return `${time} \`${event.command.text}\``;
    case 'syscall': {
      const end = event.syscall.endUs;
      return `${time}${end === null ? '' : `...${seconds(end)}`} ${printSyscall(event.syscall)}`;
    }
  }
}

/** Microseconds as seconds, without needless zeros. */
function seconds(us: number): string {
  const fraction = String(us % 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(us / 1e6) : `${Math.floor(us / 1e6)}.${fraction}`;
}

function printTime(time: EventTime): string {
  switch (time.kind) {
    case 'any':
      return '*';
    case 'absolute':
      return seconds(time.us);
    case 'relative':
      return `+${seconds(time.us)}`;
    case 'absolute-range':
      return `${seconds(time.us)}~${seconds(time.endUs)}`;
    case 'relative-range':
      return `+${seconds(time.us)}~+${seconds(time.endUs)}`;
  }
}

/** A packet from its direction on. */
export function printPacket(packet: Packet): string {
  const parts = [packet.direction === 'inbound' ? '<' : '>'];
  for (const header of packet.encapsulation) parts.push(printEncapsulation(header));
  const ip = printIpInfo(packet.ip);
  if (ip !== '') parts.push(ip);
  switch (packet.protocol) {
    case 'udp':
      parts.push('udp');
      if (packet.ports !== null) parts.push(printPorts(packet.ports));
      parts.push(`(${packet.length})`);
      break;
    case 'icmp':
      parts.push('icmp', packet.type);
      if (packet.code !== null) parts.push(packet.code);
      if (packet.mtu !== null) parts.push(`mtu ${packet.mtu}`);
      if (packet.echoId !== null) parts.push(`id ${packet.echoId}`);
      if (packet.echoed !== null) parts.push(printEchoed(packet.echoed));
      break;
    case 'tcp':
      if (packet.ports !== null) parts.push(printPorts(packet.ports));
      parts.push(printFlags(packet.flags), printSequence(packet.seq));
      if (packet.ack !== null) parts.push(`ack ${packet.ack}`);
      if (packet.win !== null) parts.push(`win ${packet.win}`);
      if (packet.urg !== null) parts.push(`urg ${packet.urg}`);
      if (packet.options === 'any') parts.push('<...>');
      else if (packet.options.length > 0) parts.push(`<${packet.options.map(printOption).join(',')}>`);
      if (packet.udpEncapsulation !== null) parts.push(`/udp(${printPorts(packet.udpEncapsulation)})`);
      break;
  }
  return parts.join(' ');
}

function printEncapsulation(header: Encapsulation): string {
  switch (header.kind) {
    case 'ipv4':
    case 'ipv6': {
      const ip = printIpInfo(header.ip);
      return `${header.kind} ${ip === '' ? '' : `${ip} `}${header.src} > ${header.dst} :`;
    }
    case 'gre':
      return header.gre === null ? 'gre:' : `gre ${printGre(header.gre)}:`;
    case 'mpls': {
      const entries = header.entries.map(
        (e) => `(label ${e.label},tc ${e.trafficClass},${e.bottom ? '[S],' : ''}ttl ${e.ttl})`,
      );
      return `mpls ${entries.join(' ')}:`;
    }
  }
}

function printGre(gre: GreHeader): string {
  return `flags 0x${gre.flags.toString(16)},sum ${gre.sum},off ${gre.off},key ${gre.key},seq ${gre.seq}`;
}

function printIpInfo(ip: IpInfo): string {
  const parts: string[] = [];
  if (ip.ecn !== null) parts.push(ip.ecn);
  if (ip.tos !== null) parts.push(`tos 0x${ip.tos.toString(16)}`);
  if (ip.flowLabel !== null) parts.push(`flowlabel 0x${ip.flowLabel.toString(16)}`);
  if (ip.ttl !== null) parts.push(`ttl ${ip.ttl}`);
  return parts.length === 0 ? '' : `[${parts.join(',')}]`;
}

function printPorts(ports: Ports): string {
  return `${ports.src} > ${ports.dst}`;
}

/** `SF.`, `P.5`, `-` */
export function printFlags(flags: TcpFlags): string {
  let text = '';
  for (const letter of flags.ace === null ? 'FSRPUEWA.' : 'FSRPU.') {
    if ((flags.bits & FLAG_BITS[letter]!) !== 0) text += letter;
  }
  if (flags.ace !== null) text += flags.ace;
  return text === '' ? '-' : text;
}

function printSequence(seq: SequenceRange): string {
  if (seq.ignored) return `...(${seq.length})`;
  return `${seq.start}:${seq.end}(${seq.length})${seq.absolute ? '!' : ''}`;
}

/** One TCP option. */
export function printOption(option: TcpOption): string {
  switch (option.kind) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return option.kind;
    case 'mss':
      return `mss ${option.bytes}`;
    case 'wscale':
      return `wscale ${option.shift ?? '*'}`;
    case 'sack':
      return `sack ${option.blocks.map((b) => `${b.left}:${b.right}`).join(' ')}`;
    case 'TS':
      return `TS val ${option.val ?? '...'} ecr ${option.ecr}${option.ecrAbsolute ? '!' : ''}`;
    case 'md5':
      return `md5 ${option.digest}`;
    case 'FO':
    case 'FOEXP':
      return option.cookie === '' ? option.kind : `${option.kind} ${option.cookie}`;
    case 'ECN':
      return `ECN ${option.counters.map((c) => `${c.name} ${c.value}`).join(' ')}`;
    case 'unknown':
      return `opt ${option.option}${option.data === '' ? '' : ` ${option.data}`}`;
  }
}

function printEchoed(echoed: Echoed): string {
  if (echoed.protocol !== 'tcp') return `[${echoed.protocol} (${echoed.length})]`;
  const carried = echoed.udpEncapsulation;
  return `[${printSequence(echoed.seq)}${carried === null ? '' : ` /udp(${printPorts(carried)})`}]`;
}

/** A call without its time. */
export function printSyscall(syscall: Syscall): string {
  const call = `${syscall.name}(${syscall.args.map(printExpression).join(', ')})`;
  const { result } = syscall;
  if (result.kind === 'any') return `${call} = ...`;
  const errno = result.kind === 'error' ? ` ${result.errno}` : '';
  return `${call} = ${printExpression(result.value)}${errno}${result.note === null ? '' : ` (${result.note})`}`;
}

/** An expression as it would be written. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'ellipsis':
      return '...';
    case 'int':
      return expression.text;
    case 'string':
      return `"${escapeString(expression.value)}"${expression.partial ? '...' : ''}`;
    case 'word':
      return expression.name;
    case 'binary':
      return `${printExpression(expression.left)}|${printExpression(expression.right)}`;
    case 'list':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'struct':
      return `{${expression.fields.map(printField).join(', ')}}`;
    case 'call':
      return `${expression.name}(${expression.args.map(printExpression).join(', ')})`;
  }
}

function printField(field: StructField): string {
  const value = printExpression(field.value);
  if (field.name === null) return value;
  return `${field.name}${field.size === null ? '' : `(${printExpression(field.size)})`}=${value}`;
}
