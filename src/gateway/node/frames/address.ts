// Where guests' frames come from, as one word: `unix:vm.sock`, `tcp:127.0.0.1:5000`, `connect:unix:vm.sock`, `udp:5001`,
// `ws:8086`, `tap:vm0`.

import { isIP } from 'node:net';
import { outOfRange } from '../../../options/index.ts';

/** Where streams are: a unix socket, or a TCP port. */
export type StreamPlace =
  | { readonly by: 'unix' | 'hyperkit'; readonly connect: boolean; readonly path: string }
  | { readonly by: 'tcp'; readonly connect: boolean; readonly host: string; readonly port: number };

/** A place of `openFrames`, taken apart. */
export type FramesPlace =
  | StreamPlace
  | { readonly by: 'udp' | 'ws'; readonly host: string; readonly port: number }
  | { readonly by: 'tap'; readonly name: string };

const FORMS =
  'unix:PATH, hyperkit:PATH, tcp:[HOST:]PORT, udp:[HOST:]PORT, ws:[HOST:]PORT or tap:NAME; ' +
  'connect: before the first three connects instead of listening';

/** Who may come to a port that was given without an address: programs of this machine. */
const LOOPBACK = '127.0.0.1';

/** HOST:PORT, [HOST]:PORT or PORT; null: none of these. Names are the system's to resolve. */
function hostPort(text: string): { host: string; port: number } | null {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) return null;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return null;
  return { host: bracketed ?? plain ?? LOOPBACK, port };
}

/**
 * Takes a place apart.
 * @throws OptionRangeError
 */
export function framesPlace(text: string): FramesPlace {
  const wrong = (): never => {
    throw outOfRange('openFrames', 'at', text, FORMS);
  };
  const connect = text.startsWith('connect:');
  const [, by = '', rest = ''] =
    /^([a-z]+):(.+)$/s.exec(connect ? text.slice('connect:'.length) : text) ?? [];
  switch (by) {
    case 'unix':
    case 'hyperkit':
      return { by, connect, path: rest };
    case 'tcp': {
      const place = hostPort(rest) ?? wrong();
      return connect && place.port === 0 ? wrong() : { by, connect, ...place };
    }
    case 'udp':
    case 'ws':
      return connect ? wrong() : { by, ...(hostPort(rest) ?? wrong()) };
    case 'tap':
      return connect ? wrong() : { by, name: rest };
    default:
      return wrong();
  }
}

/** HOST:PORT as it is read again. */
export function hostPortText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A place as it is read again; `port` is the one that the system chose. */
export function placeText(place: FramesPlace, port?: number): string {
  if (place.by === 'tap') return `tap:${place.name}`;
  return 'path' in place
    ? `${place.by}:${place.path}`
    : `${place.by}:${hostPortText(place.host, port ?? place.port)}`;
}
