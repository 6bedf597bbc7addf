// What only many connections together show: a SYN flood, a scan of ports. Judged by destination, and by source.

import type { Text } from '../../../lab/text/index.ts';
import type { Connection } from '../../follow/index.ts';
import { duration, type Found, type VerdictTexts } from '../verdict.ts';

/** Fewer half-open connections than this are no flood, and fewer ports no scan. */
const FLOOD = 50;
const FLOOD_PER_SECOND = 10;
const FLOOD_COMPLETED = 0.05;
const SCAN = 15;
const MOST_KEYS = 20_000;
const MOST_MEMBERS = 4096;

/** SYNs without end, and hardly a handshake. */
export const synFlood: VerdictTexts = {
  id: 'syn-flood',
  severity: 'fault',
  title: { en: 'SYN flood', zh: 'SYN 洪泛' },
  means: {
    en: '{syns|1 SYN|# SYNs} to {target} in {time} from {sources|1 address|# addresses}, and {opened|1 handshake|# handshakes}: the SYN queue fills with forged or abandoned requests.',
    zh: '{time}内有来自 {sources} 个地址的 {syns} 个 SYN 指向 {target}，完成的握手只有 {opened} 个：半连接队列被伪造或放弃的请求占满。',
  },
  advice: [
    {
      en: 'On the server: sysctl net.ipv4.tcp_syncookies=1, a larger backlog; nstat -az TcpExtSyncookiesSent TcpExtTCPReqQFullDrop. In front: SYNPROXY, or the provider’s scrubbing.',
      zh: '在服务器上：sysctl net.ipv4.tcp_syncookies=1，加大 backlog；nstat -az TcpExtSyncookiesSent TcpExtTCPReqQFullDrop。前面：SYNPROXY 或运营商清洗。',
    },
  ],
  scenario: { id: 'synflood' },
};

/** One source asks many ports. */
export const portScan: VerdictTexts = {
  id: 'port-scan',
  severity: 'warning',
  title: { en: 'Port scan', zh: '端口扫描' },
  means: {
    en: '{source} asked {ports|1 port|# ports} of {target} in {time}; {opened|1 was|# were} open.',
    zh: '{source} 在 {time}内探测了 {target} 的 {ports} 个端口，其中 {opened} 个开放。',
  },
  advice: [
    {
      en: 'Harmless where nothing listens that should not; otherwise close what is open and not needed.',
      zh: '没有不该监听的端口就无妨；否则关掉不需要的开放端口。',
    },
  ],
  scenario: { id: 'refused' },
};

/** A verdict about several connections, and which of theirs it explains. */
export interface ManyFound extends Found {
  readonly texts: VerdictTexts;
  /** Whether it is about this connection. */
  covers(client: string, server: string, port: number): boolean;
}

interface Target {
  syns: number;
  opened: number;
  readonly sources: Set<string>;
  firstUs: number;
  lastUs: number;
  readonly frames: number[];
}

interface Scanner {
  readonly ports: Set<number>;
  opened: number;
  /** Connections with data: those are no scan. */
  used: number;
  firstUs: number;
  lastUs: number;
  readonly frames: number[];
}

/** Counts handshakes by destination and by pair of hosts. */
export class Many {
  readonly #targets = new Map<string, Target>();
  readonly #pairs = new Map<string, Scanner>();

  add({ sides: [client, server], synAck, opened, first }: Connection): void {
    if (client.syn === null) return;
    const target = entry(this.#targets, `${server.address} ${server.port}`, () => ({
      ...{ syns: 0, opened: 0, sources: new Set<string>(), firstUs: first.us, lastUs: first.us, frames: [] },
    }));
    const pair = entry(this.#pairs, `${client.address} ${server.address}`, () => ({
      ...{ ports: new Set<number>(), opened: 0, used: 0, firstUs: first.us, lastUs: first.us, frames: [] },
    }));
    if (target !== null) {
      target.syns++;
      if (opened) target.opened++;
      if (target.sources.size < MOST_MEMBERS) target.sources.add(client.address);
      span(target, first.us, first.frame);
    }
    if (pair !== null) {
      pair.ports.add(server.port);
      if (synAck !== null) pair.opened++;
      if (client.octets + server.octets > 0) pair.used++;
      span(pair, first.us, first.frame);
    }
  }

  found(): ManyFound[] {
    const found: ManyFound[] = [];
    for (const [key, target] of this.#targets) {
      const { syns, opened, sources, firstUs, lastUs, frames } = target;
      const perSecond = (syns - opened) / Math.max(1, (lastUs - firstUs) / 1e6);
      if (syns - opened < FLOOD || opened > syns * FLOOD_COMPLETED || perSecond < FLOOD_PER_SECOND) continue;
      const [address = '', port = ''] = key.split(' ');
      found.push({
        texts: synFlood,
        confidence: sources.size > 10 ? 'certain' : 'likely',
        culprit: 'client',
        params: {
          syns,
          opened,
          sources: sources.size,
          target: `${address}:${port}`,
          time: duration(lastUs - firstUs),
        },
        evidence: frames.map((frame) => ({ frame, role: syn })),
        covers: (_client, server, of) => server === address && of === Number(port),
      });
    }
    for (const [key, pair] of this.#pairs) {
      const { ports, opened, used, firstUs, lastUs, frames } = pair;
      if (ports.size < SCAN || used > ports.size * 0.2) continue;
      const [source = '', target = ''] = key.split(' ');
      found.push({
        texts: portScan,
        confidence: 'certain',
        culprit: 'client',
        params: { source, target, ports: ports.size, opened, time: duration(lastUs - firstUs) },
        evidence: frames.map((frame) => ({ frame, role: syn })),
        covers: (client, server) => client === source && server === target,
      });
    }
    return found;
  }
}

const syn: Text = { en: 'a SYN', zh: 'SYN' };

function entry<T>(map: Map<string, T>, key: string, make: () => T): T | null {
  const found = map.get(key);
  if (found !== undefined) return found;
  if (map.size >= MOST_KEYS) return null;
  const made = make();
  map.set(key, made);
  return made;
}

function span(of: Target | Scanner, us: number, frame: number): void {
  of.firstUs = Math.min(of.firstUs, us);
  of.lastUs = Math.max(of.lastUs, us);
  if (of.frames.length < 5) of.frames.push(frame);
}
