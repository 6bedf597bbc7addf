// `synfin serve`: a host behind a TUN device that serves files over HTTP, and echo, discard and chargen.

import { once } from 'node:events';
import { getHeapStatistics } from 'node:v8';
import type { Connection, Listener } from '../host/index.ts';
import {
  type Command,
  type Io,
  optionText,
  parsePort,
  parseWhole,
  UsageError,
  type Values,
} from './command.ts';
import { FileServer } from './http.ts';
import { t } from './messages.ts';
import {
  type HostLimits,
  type Network,
  networkErrorText,
  networkOptions,
  networkSettings,
  openNetwork,
} from './network.ts';
import { chargen, discard, echo } from './services.ts';

/** Octets of the JavaScript heap that a connection may cost with its server: measured 4 to 6 KiB with HTTP. */
const HEAP_PER_CONNECTION = 8 * 1024;
/** Octets of the heap that the program itself needs. */
const HEAP_OF_PROGRAM = 24 * 1024 * 1024;
/** V8 counts three semi-spaces of 64 MiB to its limit: what lives does not fit there. */
const HEAP_OF_YOUNG = 192 * 1024 * 1024;
const MOST_CONNECTIONS = 262_144;
const LEAST_CONNECTIONS = 64;

/** `--connections` and `--memory`; without the first, as many connections as the heap can hold. */
export function serveLimits(values: Values, heapBytes: number): Required<HostLimits> {
  const connections = optionText(values, 'connections');
  const fit = Math.floor((heapBytes - HEAP_OF_YOUNG - HEAP_OF_PROGRAM) / HEAP_PER_CONNECTION);
  const megabytes = parseWhole(optionText(values, 'memory') ?? '1024', '--memory', 1, 2047);
  return {
    connections:
      connections === undefined
        ? Math.min(Math.max(fit, LEAST_CONNECTIONS), MOST_CONNECTIONS)
        : parseWhole(connections, '--connections', 1, MOST_CONNECTIONS),
    memoryBytes: megabytes * 1024 * 1024,
  };
}

/** How long the connections have, after our FIN, to end before they are aborted. */
const GOODBYE_MS = 2000;
const GOODBYE_STEP_MS = 20;

const SERVICES = ['http', 'echo', 'discard', 'chargen'] as const;
type Service = (typeof SERVICES)[number];
type Handler = (connection: Connection) => Promise<void>;

async function handlers(wanted: ReadonlyMap<Service, number>, dir: string): Promise<Map<Service, Handler>> {
  const map = new Map<Service, Handler>([
    ['echo', echo],
    ['discard', discard],
    ['chargen', chargen],
  ]);
  if (!wanted.has('http')) return map;
  try {
    const files = await FileServer.of(dir);
    return map.set('http', (connection) => files.serve(connection));
  } catch {
    throw new UsageError('noSuchDirectory', { text: dir });
  }
}

/** Serves the connections of one listener, each on its own; a broken one concerns nobody else. */
async function accept(listener: Listener, handler: Handler): Promise<void> {
  for await (const connection of listener) handler(connection).catch(() => connection.abort());
}

/** FIN to everybody; what has not ended after a moment is aborted. */
async function goodbye(network: Network, listeners: readonly Listener[]): Promise<void> {
  for (const listener of listeners) listener.close();
  const { host } = network;
  for (const connection of host.connections) connection.end().catch(() => {});
  for (let ms = 0; ms < GOODBYE_MS && host.connections.length > 0; ms += GOODBYE_STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, GOODBYE_STEP_MS));
  }
  for (const connection of host.connections) connection.abort();
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const { lang } = io;
  if (positionals.length > 0) throw new UsageError('tooManyArguments', { text: positionals.join(' ') });
  const settings = networkSettings(values);
  const ports = new Map<Service, number>();
  for (const name of SERVICES) {
    const text = optionText(values, name);
    if (text === undefined) continue;
    const port = parsePort(text, `--${name}`);
    if ([...ports.values()].includes(port)) throw new UsageError('portTwice', { port });
    ports.set(name, port);
  }
  if (ports.size === 0) throw new UsageError('nothingToServe');
  const limits = serveLimits(values, getHeapStatistics().heap_size_limit);
  const handlerOf = await handlers(ports, optionText(values, 'dir') ?? '.');

  const stop = new AbortController();
  let code = 0;
  const onSignal = (): void => stop.abort();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  let network: Network | undefined;
  try {
    network = await openNetwork(settings, {
      name: 'synfin',
      onGone: (error) => {
        io.stderr.write(`synfin: ${networkErrorText(lang, error, settings.tun)}\n`);
        code = 1;
        stop.abort();
      },
      onCaptureFailed: (error) => {
        io.stderr.write(`synfin: ${networkErrorText(lang, error, settings.tun)}\n`);
        code = 1;
      },
      limits,
    });
    const { host } = network;
    const listeners = [...ports].map(([service, port]) => {
      const listener = host.listen({ port });
      void accept(listener, handlerOf.get(service) as Handler);
      return listener;
    });
    const services = [...ports].map(([service, port]) => `${service} ${port}`).join(', ');
    const addresses = settings.addresses.join(', ');
    io.stdout.write(`${t(lang, 'ready', { tun: network.attachment.device.name, addresses, services })}\n`);
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await goodbye(network, listeners);
    return code;
  } catch (error) {
    const text = networkErrorText(lang, error, settings.tun);
    if (text === null) throw error;
    io.stderr.write(`synfin: ${text}\n`);
    return 1;
  } finally {
    network?.close();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** `synfin serve` */
export const serve: Command = {
  name: 'serve',
  usage: (lang) => `${t(lang, 'serveUsage')}\n${t(lang, 'networkUsage')}\n${t(lang, 'serveExit')}\n`,
  options: {
    ...networkOptions,
    http: { type: 'string' },
    dir: { type: 'string' },
    echo: { type: 'string' },
    discard: { type: 'string' },
    chargen: { type: 'string' },
    connections: { type: 'string' },
    memory: { type: 'string' },
  },
  run,
};
