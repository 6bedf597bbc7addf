// `synfin gateway`: a network for virtual machines, on this machine's own.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { auditLine, type FramePort, faultyPort, type Gateway } from '../../gateway/index.ts';
import {
  createGateway,
  type Frames,
  type GatewayApi,
  openFrames,
  serveApi,
} from '../../gateway/node/index.ts';
import { PcapngWriter } from '../../link/index.ts';
import { Memory } from '../../wire/index.ts';
import { CaptureFile } from '../capture-file.ts';
import { type Command, type Io, UsageError, type Values } from '../command.ts';
import { t } from '../messages.ts';
import { gatewayHelp } from './help.ts';
import { type GatewaySettings, gatewayArguments, gatewaySettings, understood } from './settings.ts';
import { pasteLines, tableLines } from './show.ts';

const REDRAW_MS = 1000;
const LONGEST_FRAME = 65_600;
/** q, Ctrl-C, Ctrl-D. */
const ENDS = [0x71, 3, 4];

/** Records the frames of all guests; what it returns ends that. */
function record(gateway: Gateway, file: CaptureFile): () => void {
  const writer = new PcapngWriter((octets) => file.write(octets));
  const memory = new Memory({ initial: 131_072 });
  const off = memory.alloc(LONGEST_FRAME);
  const interfaces = new Map<string, number>();
  gateway.tap = (guest, direction, frame) => {
    if (!file.recording || frame.length > LONGEST_FRAME) return;
    const iface =
      interfaces.get(guest.name) ?? writer.addInterface({ name: guest.name, linkType: 'ethernet' });
    interfaces.set(guest.name, iface);
    memory.u8.set(frame, off);
    writer.packet(iface, Date.now() * 1000, memory, off, frame.length, { direction });
  };
  return () => {
    gateway.tap = null;
    writer.flush();
    file.close();
  };
}

/** Where lines of the audit log go; what it returns ends that. Throws what opening the file throws. */
function auditTo(path: string, stdout: Writable): { line: (text: string) => void; close: () => void } {
  if (path === '-') return { line: (text) => void stdout.write(text), close() {} };
  const fd = openSync(path, 'a');
  return { line: (text) => void writeSync(fd, text), close: () => closeSync(fd) };
}

/** Draws the table again and again; what it returns ends that. */
function watch(gateway: Gateway, head: readonly string[], { stdout, lang }: Io): () => void {
  const draw = (): void => {
    const { rows = 24, columns = 80 } = stdout as { rows?: number; columns?: number };
    const lines = [...head, '', ...tableLines(lang, gateway.info(), rows - head.length - 2)];
    stdout.write(`\x1b[H${lines.map((line) => `${line.slice(0, columns)}\x1b[K`).join('\n')}\x1b[J`);
  };
  stdout.write('\x1b[?1049h\x1b[?25l');
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  return () => {
    clearInterval(timer);
    stdout.write('\x1b[?25h\x1b[?1049l');
  };
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
  for (const at of settings.listen) {
    const arrived = (port: FramePort, from: string): void => {
      try {
        const joined = settings.faults === undefined ? port : faultyPort(port, settings.faults);
        const guest = gateway.attach(joined);
        say(t(lang, 'gatewayArrived', { name: guest.name, at: from }));
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
      ...pasteLines(frames.at, settings.mtu).map((l) => `  ${l}`),
    );
  }
  for (const each of settings.forwards) {
    const { address, port } = await gateway.forward(each);
    const to = `${each.guestPort}`;
    head.push(t(lang, 'gatewayForwards', { from: `${address}:${port}`, to }));
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
      ...(audit === null ? {} : { audit: (r) => audit.line(auditLine(r)) }),
    }),
  );
  const opened: Opened = { frames: [], ends: [], api: null };
  try {
    const { pcap } = settings;
    if (pcap !== undefined) {
      const failed = (error: Error): void =>
        void stderr.write(`synfin: ${t(lang, 'gatewayFileFailed', { file: pcap, why: error.message })}\n`);
      opened.ends.push(record(gateway, new CaptureFile(pcap, failed)));
    }
    const network = settings.gateway.network ?? '10.0.2.0/24';
    const head = [
      t(lang, 'gatewayNetwork', { network, gateway: gateway.address, dns: gateway.dnsAddress }),
      ...(await open(gateway, settings, opened, io, say)),
    ];
    if (isScreen) opened.ends.push(watch(gateway, head, io));
    else for (const line of head) stderr.write(`${line}\n`);
    await ended(io.stdin);
    return 0;
  } finally {
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
