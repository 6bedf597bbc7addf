// A conn.log as Zeek writes it (ASCII, tab-separated), with Community IDs (github.com/corelight/community-id-spec).

import { createHash } from 'node:crypto';
import type { Analysis, ConnectionReport, SideReport } from '../capture/index.ts';
import { parseAddress } from '../wire/index.ts';

const FIELDS: readonly (readonly [string, string])[] = [
  ['ts', 'time'],
  ['uid', 'string'],
  ['id.orig_h', 'addr'],
  ['id.orig_p', 'port'],
  ['id.resp_h', 'addr'],
  ['id.resp_p', 'port'],
  ['proto', 'enum'],
  ['service', 'string'],
  ['duration', 'interval'],
  ['orig_bytes', 'count'],
  ['resp_bytes', 'count'],
  ['conn_state', 'string'],
  ['missed_bytes', 'count'],
  ['history', 'string'],
  ['orig_pkts', 'count'],
  ['resp_pkts', 'count'],
  ['community_id', 'string'],
];
const UNSET = '-';
const TCP = 6;

/** The octets of an address: 4 or 16. */
function octetsOf(text: string): Buffer {
  const address = parseAddress(text);
  if (address === null) return Buffer.alloc(0);
  const { family, w0, w1, w2, w3 } = address;
  const words = family === 4 ? [w3] : [w0, w1, w2, w3];
  const octets = Buffer.alloc(4 * words.length);
  for (const [n, word] of words.entries()) octets.writeInt32BE(word, 4 * n);
  return octets;
}

/** The Community ID of a TCP connection, version 1, seed 0. */
export function communityId(
  a: Pick<SideReport, 'address' | 'port'>,
  b: Pick<SideReport, 'address' | 'port'>,
): string {
  const side = ({ address, port }: typeof a) => ({ octets: octetsOf(address), port });
  const ends = [side(a), side(b)].sort((x, y) => Buffer.compare(x.octets, y.octets) || x.port - y.port);
  const hash = createHash('sha1');
  hash.update(Buffer.from([0, 0]));
  for (const { octets } of ends) hash.update(octets);
  hash.update(Buffer.from([TCP, 0]));
  for (const { port } of ends) hash.update(Buffer.from([port >> 8, port & 0xff]));
  return `1:${hash.digest('base64')}`;
}

/** Zeek's `uid`: the same connection of the same capture always has the same; `of` tells captures apart. */
export function uidOf({ client, server, startUs }: ConnectionReport, base: number, of = ''): string {
  const text = `${of}${base} ${startUs} ${client.address} ${client.port} ${server.address} ${server.port}`;
  const digest = createHash('sha1').update(text).digest('base64url').replaceAll(/[-_]/g, 'x');
  return `C${digest.slice(0, 17)}`;
}

/** The log. */
export function zeekLog({ connections, counts }: Analysis): string {
  const lines = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    `#unset_field\t${UNSET}`,
    '#path\tconn',
    `#fields\t${FIELDS.map(([name]) => name).join('\t')}`,
    `#types\t${FIELDS.map(([, type]) => type).join('\t')}`,
  ];
  const second = (us: number): string => (us / 1e6).toFixed(6);
  for (const connection of connections) {
    const { client, server, startUs, endUs, zeek, unseen } = connection;
    // Seconds since 1970 with microseconds fit a double.
    const us = counts.firstUs + startUs;
    const ts = `${counts.firstSeconds + Math.floor(us / 1e6)}.${String(Math.floor(us % 1e6)).padStart(6, '0')}`;
    const lasts = endUs > startUs ? second(endUs - startUs) : UNSET;
    const empty = zeek.state === 'S0' || zeek.state === 'REJ';
    lines.push(
      [
        ts,
        uidOf(connection, counts.firstSeconds),
        client.address,
        client.port,
        server.address,
        server.port,
        'tcp',
        UNSET,
        lasts,
        empty && client.octets === 0 ? (lasts === UNSET ? UNSET : 0) : client.octets,
        empty && server.octets === 0 ? (lasts === UNSET ? UNSET : 0) : server.octets,
        zeek.state,
        unseen,
        zeek.history === '' ? UNSET : zeek.history,
        client.packets,
        server.packets,
        communityId(client, server),
      ].join('\t'),
    );
  }
  return `${lines.join('\n')}\n`;
}
