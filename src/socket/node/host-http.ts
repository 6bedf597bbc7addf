// http and https on a host: Node's own, with agents and servers whose sockets are on the host.

import * as http from 'node:http';
import * as https from 'node:https';
import type { NetConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import type { Host } from '../../host/index.ts';
import { netOf, serveOn } from './host-net.ts';
import { plainOptions } from './net-forms.ts';

/** What of http and https is a host's own; everything else is Node's. */
export interface HostHttp {
  readonly Agent: typeof http.Agent;
  readonly globalAgent: http.Agent;
  readonly createServer: typeof http.createServer;
  readonly request: typeof http.request;
  readonly get: typeof http.get;
}

/** The same of https. */
export interface HostHttps {
  readonly Agent: typeof https.Agent;
  readonly globalAgent: https.Agent;
  readonly createServer: typeof https.createServer;
  readonly request: typeof https.request;
  readonly get: typeof https.get;
}

const hosts = new WeakMap<Host, { readonly http: HostHttp; readonly https: HostHttps }>();

/** `node:http` on a host: requests without an agent use the host's own. */
export function httpOf(host: Host): HostHttp & typeof http {
  return { ...http, ...both(host).http };
}

/** `node:https` on a host. */
export function httpsOf(host: Host): HostHttps & typeof https {
  return { ...https, ...both(host).https };
}

/** `tls.connect` on a host: TLS over a socket of the host. */
export function tlsConnect(host: Host, options: tls.ConnectionOptions, listener?: () => void): tls.TLSSocket {
  if (options.socket != null || options.path != null) return tls.connect(options, listener);
  return tls.connect({ ...options, socket: socketFor(host, options) }, listener);
}

function socketFor(host: Host, options: object): Socket {
  return netOf(host).connect(plainOptions(options) as unknown as NetConnectOpts);
}

function both(host: Host): { readonly http: HostHttp; readonly https: HostHttps } {
  let found = hosts.get(host);
  if (found === undefined) {
    found = { http: httpFor(host), https: httpsFor(host) };
    hosts.set(host, found);
  }
  return found;
}

function httpFor(host: Host): HostHttp {
  const { connect } = netOf(host);
  class Agent extends http.Agent {
    override createConnection(options: http.ClientRequestArgs): Socket {
      return connect(options as NetConnectOpts);
    }
  }
  const globalAgent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });
  const createServer = (...args: Parameters<typeof http.createServer>) =>
    serveOn(host, http.createServer(...args));
  return { Agent, globalAgent, createServer, ...callsOf(http, Agent, globalAgent) } as HostHttp;
}

function httpsFor(host: Host): HostHttps {
  class Agent extends https.Agent {
    /** Node's own, which keeps sessions, over a socket of the host. */
    override createConnection(
      options: https.RequestOptions,
      callback?: (error: Error | null, stream: Duplex) => void,
    ): Duplex | null | undefined {
      const over = { ...options, socket: socketFor(host, options) };
      return (super.createConnection as AgentCall<https.RequestOptions>).call(this, over, callback);
    }
  }
  const globalAgent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });
  const createServer = (...args: Parameters<typeof https.createServer>) =>
    serveOn(host, https.createServer(...args));
  return { Agent, globalAgent, createServer, ...callsOf(https, Agent, globalAgent) } as unknown as HostHttps;
}

type AgentCall<O> = (
  options: O,
  callback?: (error: Error | null, stream: Duplex) => void,
) => Duplex | null | undefined;

type Arguments = readonly unknown[];

interface Calls {
  request(...args: Arguments): http.ClientRequest;
}

/** `request` and `get` with an agent of the host, where none is given. */
function callsOf(
  node: unknown,
  Agent: new () => http.Agent,
  globalAgent: http.Agent,
): Pick<HostHttp, 'request' | 'get'> {
  const { request: original } = node as Calls;
  const request = (...args: Arguments): http.ClientRequest => {
    const [first] = args;
    const isUrl = typeof first === 'string' || first instanceof URL;
    const at = isUrl ? 1 : 0;
    const given = args[at];
    const options = typeof given === 'object' && given !== null ? (given as http.RequestOptions) : {};
    const rest = args.slice(given === undefined || typeof given === 'function' ? at : at + 1);
    const agent =
      options.agent === false
        ? new Agent()
        : (options.agent ?? (options.createConnection === undefined ? globalAgent : undefined));
    const whole = agent === undefined ? options : { ...options, agent };
    return original(...(isUrl ? [first, whole] : [whole]), ...rest);
  };
  const get = (...args: Arguments): http.ClientRequest => {
    const sent = request(...args);
    sent.end();
    return sent;
  };
  return { request, get } as Pick<HostHttp, 'request' | 'get'>;
}
