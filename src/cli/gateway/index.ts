// `synfin gateway`: a network for virtual machines, on this machine's own.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import {
  type AuditRecord,
  auditLine,
  type FramePort,
  type FrameTap,
  type Gateway,
} from '../../gateway/index.ts';
import {
  createGateway,
  type Frames,
  type GatewayApi,
  openFrames,
  serveApi,
} from '../../gateway/node/index.ts';
import { PcapngWriter } from '../../link/index.ts';
import { formatEndpoint, Memory } from '../../wire/index.ts';
import { CaptureFile } from '../capture-file.ts';
import { type Command, type Io, UsageError, type Values } from '../command.ts';
import { t } from '../messages.ts';
import { Arrivals } from './guests.ts';
import { gatewayHelp } from './help.ts';
import { RecentSegments } from './recent.ts';
import { watchGateway } from './screen.ts';
import { type GatewaySettings, gatewayArguments, gatewaySettings, understood } from './settings.ts';
import { pasteLines, type SandboxPlace } from './show.ts';

const NETWORK = '10.0.2.0/24';
const LONGEST_FRAME = 65_600;
/** q, Ctrl-C, Ctrl-D. */
const ENDS = [0x71, 3, 4];

/** Microseconds since 1970. */
const nowUs = (): number => Date.now() * 1000;

/** Records the frames of all guests, and ends that. */
function record(file: CaptureFile): { tap: FrameTap; end: () => void } {
  const writer = new PcapngWriter((octets) => file.write(octets), { epochUs: 0 });
  const memory = new Memory({ initial: 131_072 });
  const off = memory.alloc(LONGEST_FRAME);
  const interfaces = new Map<string, number>();
  const tap: FrameTap = (guest, direction, frame) => {
    if (!file.recording || frame.length > LONGEST_FRAME) return;
    const iface =
      interfaces.get(guest.name) ?? writer.addInterface({ name: guest.name, linkType: 'ethernet' });
    interfaces.set(guest.name, iface);
    memory.u8.set(frame, off);
    writer.packet(iface, nowUs(), memory, off, frame.length, { direction });
  };
  const end = (): void => {
    writer.flush();
    file.close();
  };
  return { tap, end };
}

/** Where lines of the audit log go; what it returns ends that. Throws what opening the file throws. */
function auditTo(path: string, stdout: Writable): { line: (text: string) => void; close: () => void } {
  if (path === '-') return { line: (text) => void stdout.write(text), close() {} };
  const fd = openSync(path, 'a');
  return { line: (text) => void writeSync(fd, text), close: () => closeSync(fd) };
}

/** Resolves when somebody ends it: q, Ctrl-C, a signal. */
function ended(stdin: Readable): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    const { isTTY } = stdin as { isTTY?: boolean };
    if (isTTY !== true) return;
    (stdin as NodeJS.ReadStream).setRawMode(true);
    stdin.on('data', (keys: Buffer) => {
      if (keys.some((key) => ENDS.includes(key))) resolve();
    });
  });
}

/** A record of the log with the time of day: who reads it later does not know when the gateway began. */
function dated(record: AuditRecord): AuditRecord {
  const time = { time: new Date().toISOString() };
  return { ...time, ...record };
}

/** Where a sandbox may be: below what DHCP gives, which it has no client for. */
function sandboxPlace(network: string, router: string): SandboxPlace {
  const address = router.replace(/\d+$/, (octet) => `${Number(octet) + 8}`);
  return { address, prefix: Number(network.split('/')[1]), router };
}

/** What has been opened, to be closed again. */
interface Opened {
  readonly frames: Frames[];
  readonly ends: (() => void)[];
  api: GatewayApi | null;
}

async function open(
  gateway: Gateway,
  settings: GatewaySettings,
  opened: Opened,
  io: Io,
  say: (line: string) => void,
): Promise<string[]> {
  const { lang } = io;
  const head: string[] = [];
  const sandbox = sandboxPlace(settings.gateway.network ?? NETWORK, gateway.address);
  for (const at of settings.listen) {
    const arrivals = new Arrivals(gateway, settings.faults);
    const arrived = (port: FramePort, from: string): void => {
      try {
        say(t(lang, 'gatewayArrived', { name: arrivals.join(port).name, at: from }));
      } catch (error) {
        port.close?.();
        say(t(lang, 'gatewayRefused', { at: from, why: (error as Error).message }));
      }
    };
    let frames: Frames;
    try {
      frames = await openFrames(at, { mtu: settings.mtu }, arrived);
    } catch (error) {
      throw understood(() => {
        throw error;
      });
    }
    opened.frames.push(frames);
    head.push(
      t(lang, 'gatewayListens', { at: frames.at }),
      ...pasteLines(frames.at, settings.mtu, sandbox).map((l) => `  ${l}`),
    );
  }
  for (const each of settings.forwards) {
    const { address, port, protocol } = await gateway.forward(each);
    const to = `${each.guestPort}${protocol === 'udp' ? ' (UDP)' : ''}`;
    head.push(t(lang, 'gatewayForwards', { from: formatEndpoint(address, port), to }));
  }
  if (settings.api !== undefined) {
    opened.api = await serveApi(gateway, settings.api).catch((error) =>
      understood(() => {
        throw error;
      }),
    );
    head.push(t(lang, 'gatewayApi', { at: opened.api?.at ?? '' }));
  }
  return head;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  if (positionals.length > 0) throw new UsageError('tooManyArguments', { text: positionals.join(' ') });
  const settings = gatewaySettings(values);
  const { lang, stdout, stderr } = io;
  const audit = settings.audit === undefined ? null : auditTo(settings.audit, stdout);
  const isScreen = (stdout as { isTTY?: boolean }).isTTY === true && settings.audit !== '-';
  const say = (line: string): void => void (isScreen ? null : stderr.write(`${line}\n`));
  const gateway = understood(() =>
    createGateway({
      ...settings.gateway,
      ...(audit === null ? {} : { audit: (r) => audit.line(auditLine(dated(r))) }),
    }),
  );
  const taps: FrameTap[] = [];
  const opened: Opened = { frames: [], ends: [], api: null };
  try {
    const { pcap } = settings;
    if (pcap !== undefined) {
      const failed = (error: Error): void =>
        void stderr.write(`synfin: ${t(lang, 'gatewayFileFailed', { file: pcap, why: error.message })}\n`);
      const recording = record(new CaptureFile(pcap, failed));
      taps.push(recording.tap);
      opened.ends.push(recording.end);
    }
    const recent = new RecentSegments(nowUs);
    if (isScreen) taps.push(recent.tap);
    if (taps.length > 0)
      gateway.tap = (...frame) => {
        for (const tap of taps) tap(...frame);
      };
    const network = settings.gateway.network ?? NETWORK;
    const head = [
      t(lang, 'gatewayNetwork', { network, gateway: gateway.address, dns: gateway.dnsAddress }),
      ...(await open(gateway, settings, opened, io, say)),
    ];
    for (const line of head) stderr.write(`${line}\n`);
    if (isScreen) return await watchGateway(gateway, recent, head, io);
    await ended(io.stdin);
    return 0;
  } finally {
    gateway.tap = null;
    for (const end of opened.ends) end();
    await opened.api?.close();
    await gateway.close();
    for (const frames of opened.frames) await frames.close();
    audit?.close();
    const { isTTY } = io.stdin as { isTTY?: boolean };
    if (isTTY === true) (io.stdin as NodeJS.ReadStream).setRawMode(false).pause();
  }
}

/** `synfin gateway`. */
export const gatewayCommand: Command = {
  name: 'gateway',
  usage: gatewayHelp,
  options: gatewayArguments,
  run,
};
