// `synfin serve`: a host behind a TUN device that serves files over HTTP, and echo, discard and chargen.

import { once } from 'node:events';
import type { Connection, Listener } from '../host/index.ts';
import { type Command, type Io, optionText, parsePort, UsageError, type Values } from './command.ts';
import { FileServer } from './http.ts';
import { t } from './messages.ts';
import { type Network, networkErrorText, networkOptions, networkSettings, openNetwork } from './network.ts';
import { chargen, discard, echo } from './services.ts';

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
  },
  run,
};
