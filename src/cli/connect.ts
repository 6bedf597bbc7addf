// `synfin connect`: one connection, like nc(1). Standard input goes to the peer, what the peer sends goes to
// standard output, each no faster than the other end takes it; the exit code says how the connection ended.

import type { Connection } from '../host/index.ts';
import { TcpError } from '../tcp/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import { parseAddressArgument } from './address-arguments.ts';
import {
  type Command,
  type Io,
  optionText,
  parsePort,
  parseWhole,
  UsageError,
  type Values,
} from './command.ts';
import { ConnectLadder } from './connect-ladder.ts';
import { type MessageKey, t } from './messages.ts';
import { type Network, networkErrorText, networkOptions, networkSettings, openNetwork } from './network.ts';

/** Exit codes by the error's code; 1 is anything else. */
const EXIT: Readonly<Record<string, readonly [number, MessageKey]>> = {
  ECONNREFUSED: [3, 'refused'],
  ETIMEDOUT: [4, 'timedOut'],
  ECONNRESET: [5, 'reset'],
  EPIPE: [5, 'reset'],
  EHOSTUNREACH: [6, 'unreachable'],
  ENETUNREACH: [6, 'unreachable'],
  ENOPROTOOPT: [6, 'unreachable'],
};
/** 128 + SIGINT. */
const EXIT_INTERRUPTED = 130;

/** Thrown when our own standard output was closed: nobody reads on. */
class OutputClosed extends Error {}

/** Standard input to the connection, then our FIN. */
async function send(connection: Connection, io: Io): Promise<void> {
  for await (const octets of io.stdin) {
    await connection.write(typeof octets === 'string' ? Buffer.from(octets) : (octets as Uint8Array));
  }
  await connection.end();
}

/** The connection to standard output, to the peer's FIN. */
async function receive(connection: Connection, io: Io): Promise<void> {
  const { stdout } = io;
  let closed = false;
  let wake = (): void => {};
  const onClosed = (): void => {
    closed = true;
    wake();
  };
  const onDrain = (): void => wake();
  stdout.on('error', onClosed);
  stdout.on('close', onClosed);
  stdout.on('drain', onDrain);
  try {
    for await (const octets of connection) {
      if (closed) throw new OutputClosed();
      if (stdout.write(octets)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (closed || stdout.writableNeedDrain === false) resolve();
      });
    }
    if (closed) throw new OutputClosed();
  } finally {
    stdout.off('close', onClosed);
    stdout.off('drain', onDrain);
  }
}

async function exchange(connection: Connection, io: Io): Promise<void> {
  const sending = send(connection, io);
  const receiving = receive(connection, io);
  // Whoever reads at a terminal need not type an end of input when the peer has ended.
  const terminal = (io.stdin as { isTTY?: boolean }).isTTY === true;
  await Promise.all([
    receiving.then(() => (terminal ? connection.end() : undefined)),
    terminal ? quiet(sending, receiving) : sending,
  ]);
  await connection.closed;
}

/** Sending matters only until the peer has ended. */
async function quiet(sending: Promise<void>, receiving: Promise<void>): Promise<void> {
  await Promise.race([sending, receiving]);
}

/** Whether two texts are the same address. */
function peerIs(peer: string, address: string): boolean {
  return String(parseAddressArgument(peer, '--peer')) === address;
}

/** One line about how it ended; the exit code. Throws what is no such end. */
function report(error: unknown, where: string, tun: string, io: Io): number {
  if (error instanceof OutputClosed) return 1;
  const text = networkErrorText(io.lang, error, tun);
  if (text !== null) {
    io.stderr.write(`synfin: ${text}\n`);
    return 1;
  }
  if (!(error instanceof TcpError)) throw error;
  const [code, key] = EXIT[error.code] ?? [1, 'failed'];
  io.stderr.write(`synfin: ${t(io.lang, key, { where, message: error.message })}\n`);
  return code;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [hostText, portText, ...rest] = positionals;
  if (hostText === undefined || portText === undefined) throw new UsageError('connectNeeds');
  if (rest.length > 0) throw new UsageError('tooManyArguments', { text: rest.join(' ') });
  const address = String(parseAddressArgument(hostText, 'HOST'));
  const port = parsePort(portText, 'PORT');
  const timeout = optionText(values, 'timeout');
  const seconds = timeout === undefined ? undefined : parseWhole(timeout, '--timeout', 1, 3600);
  const settings = networkSettings(values);
  if (values['ladder'] === true && !settings.peers.some((peer) => peerIs(peer, address))) {
    throw new UsageError('ladderNeedsPeer', { text: address });
  }
  const ladder = values['ladder'] === true ? new ConnectLadder(settings, address, port, io) : null;
  const where = formatEndpoint(address, port);

  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  let network: Network | undefined;
  let gone: unknown;
  let unreachable: TcpError | undefined;
  try {
    network = await openNetwork(settings, {
      name: 'synfin',
      ...(ladder === null ? {} : { watch: ladder.watch, prepare: (host) => ladder.tap(host) }),
      onGone: (error) => {
        gone = error;
        stop.abort();
      },
      onCaptureFailed: (error) => {
        io.stderr.write(`synfin: ${networkErrorText(io.lang, error, settings.tun)}\n`);
      },
    });
    const connection = await network.host.connect({
      address,
      port,
      localPort: ladder?.localPort ?? 0,
      signal: stop.signal,
      // RFC 5461 section 4.1: while the connection is opened, an ICMP error is reason enough to give up.
      handler: {
        trouble: (opening, error) => {
          if (opening.state !== 'SYN-SENT' || error.code === 'ETIMEDOUT') return;
          unreachable = error;
          opening.abort();
        },
      },
      ...(seconds === undefined ? {} : { tcp: { synR2Ms: seconds * 1000 } }),
    });
    const onStop = (): void => connection.abort();
    stop.signal.addEventListener('abort', onStop, { once: true });
    await exchange(connection, io);
    return 0;
  } catch (thrown) {
    if (gone === undefined && stop.signal.aborted) return EXIT_INTERRUPTED;
    return report(gone ?? unreachable ?? thrown, where, settings.tun, io);
  } finally {
    ladder?.end();
    network?.close();
    io.stdin.destroy();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** `synfin connect` */
export const connect: Command = {
  name: 'connect',
  usage: (lang) => `${t(lang, 'connectUsage')}\n${t(lang, 'networkUsage')}\n${t(lang, 'connectExit')}\n`,
  options: { ...networkOptions, timeout: { type: 'string' }, ladder: { type: 'boolean' } },
  run,
};
