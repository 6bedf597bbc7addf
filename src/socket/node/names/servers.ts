// Where DNS servers are: `10.0.0.53`, `10.0.0.53:5353`, `fd00::53`, `[fd00::53]:5353`.

import { parseAddress } from '../../../wire/index.ts';

/** A DNS server. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

export const DNS_PORT = 53;

/** Without node:net, which must not be loaded before it is asked for. */
export function isIpAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

/** null: no address of a server. */
export function parseServer(text: string): ServerAddress | null {
  if (isIpAddress(text)) return { address: text, port: DNS_PORT };
  const found = /^(?:\[([^[\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const address = found?.[1] ?? found?.[2] ?? '';
  const family = found?.[1] === undefined ? 4 : 6;
  const port = Number(found?.[3] ?? DNS_PORT);
  return parseAddress(address)?.family === family && port >= 1 && port <= 0xffff ? { address, port } : null;
}
