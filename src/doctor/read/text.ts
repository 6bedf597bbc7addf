// A saved text of a host: ss, /proc/net/tcp, counters and settings in any order, one after the other.

import type { StateName } from '../../tcp/index.ts';
import type { Sample, SampleSource } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { CounterReader } from './counters.ts';
import { readProcNetLine } from './proc-net.ts';
import { readSsLine } from './ss.ts';
import { readInfo } from './ss-info.ts';

/** More sockets than that are left out, and counted. */
const MOST_SOCKETS = 4_000_000;

/** `date +%s`, with or without a fraction. */
const TIME = /^(\d{10})(\.\d+)?$/;

/** Reads a text. `state`: of the lines of ss without one (`ss state close-wait`). Whatever the text: it never throws. */
export function readSample(text: string, state: StateName | null = null): Sample {
  const sockets: HostSocket[] = [];
  const reader = new CounterReader();
  let atMs: number | null = null;
  let strange = 0;
  let last: HostSocket | null = null;
  let source: SampleSource = 'none';
  for (let from = 0; from < text.length; ) {
    const found = text.indexOf('\n', from);
    const end = found < 0 ? text.length : found;
    const line = text.slice(from, end);
    from = end + 1;
    const proc = readProcNetLine(line);
    if (proc === null && isMore(line)) {
      if (last !== null) readInfo(last, line, 0);
      continue;
    }
    const socket = proc ?? readSsLine(line, state);
    if (socket !== null) {
      if (proc === null) source = 'ss';
      else if (source === 'none') source = '/proc/net/tcp';
      last = socket;
      if (sockets.length < MOST_SOCKETS) sockets.push(socket);
      else strange++;
      continue;
    }
    last = null;
    const time = TIME.exec(line);
    if (time !== null) atMs = Number(line) * 1000;
    else if (!reader.line(line) && !isKnown(line)) strange++;
  }
  return { source, sockets, counters: reader.counters, settings: reader.settings, atMs, strange };
}

/** A line that continues the one before: what -i and -m tell. */
function isMore(line: string): boolean {
  return (
    line.startsWith('\t') ||
    (line.startsWith(' ') && /^ +(?:skmem:|cubic|reno|bbr|ts |sack |wscale:|rto:)/.test(line))
  );
}

/** Headings, empty lines, and sockets that are not TCP's. */
function isKnown(line: string): boolean {
  return /^\s*$|^(?:State|Netid|Recv-Q) |^ {2}sl |^(?:udp|u_str|u_dgr|u_seq|nl|p_raw|p_dgr|icmp6?|v_str|raw|tipc|sctp|xdp) /.test(
    line,
  );
}
