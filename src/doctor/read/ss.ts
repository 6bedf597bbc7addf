// The text of ss(8) of iproute2, 3.x to 6.x, with any of -t -a -n -p -i -e -m -o -H -O: a line for a socket, and what -i and
// -m tell of it on the same line (-O), or on the next one, which begins with white space.

import type { StateName } from '../../tcp/index.ts';
import { HostSocket, type Owner, type SocketTimer, UNKNOWN } from '../socket.ts';
import { readInfo } from './ss-info.ts';

/** The words of ss for states. */
const STATES: Readonly<Record<string, StateName>> = {
  LISTEN: 'LISTEN',
  ESTAB: 'ESTABLISHED',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECV': 'SYN-RECEIVED',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'TIME-WAIT': 'TIME-WAIT',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  'LAST-ACK': 'LAST-ACK',
  CLOSING: 'CLOSING',
  UNCONN: 'CLOSED',
};

/** Without -n a port may be a name of /etc/services; these are told, of others only that they are not known. */
const SERVICES: Readonly<Record<string, number>> = {
  ...{
    ssh: 22,
    telnet: 23,
    smtp: 25,
    domain: 53,
    http: 80,
    'www-http': 80,
    pop3: 110,
    imap: 143,
    imap2: 143,
  },
  ...{ ldap: 389, https: 443, submission: 587, ldaps: 636, imaps: 993, 'ms-sql-s': 1433, mysql: 3306 },
  ...{ postgresql: 5432, amqp: 5672, redis: 6379, 'http-alt': 8080, webcache: 8080, kafka: 9092 },
};

const TIMERS: Readonly<Record<string, SocketTimer>> = {
  on: 'on',
  keepalive: 'keepalive',
  timewait: 'timewait',
  persist: 'persist',
  unknown: 'on',
};

/** Milliseconds of `1min58sec`, `11sec`, `1.848ms` (which is 1 s and 848 ms) and `027ms`. */
export function timerMs(text: string): number {
  const found = /^(?:(\d+)min)?(?:(\d+)(?:sec|\.))?(?:(\d+)ms)?$/.exec(text);
  if (found === null) return UNKNOWN;
  const [, minutes = '0', seconds = '0', ms = '0'] = found;
  return Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(ms);
}

/** `("nginx",pid=12,fd=6)`, or of 3.x: `("nginx",12,6)`. */
const OWNER = /\("((?:[^"\\]|\\.)*)",(?:pid=)?(\d+),(?:fd=)?(\d+)\)/g;

/** Programs with very many descriptors of one socket are cut. */
const MOST_OWNERS = 8;

function ownersOf(text: string): Owner[] {
  const owners: Owner[] = [];
  for (const [, name = '', pid, fd] of text.matchAll(OWNER)) {
    if (owners.length === MOST_OWNERS) break;
    owners.push({ name, pid: Number(pid), fd: Number(fd) });
  }
  return owners;
}

/** `[::1]:80`, `10.0.0.1%eth0:80`, `::1:80` of 3.x, `*:*`: the address without brackets, and the port. */
function setEnd(socket: HostSocket, text: string, isLocal: boolean): boolean {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return false;
  let address = text.slice(0, colon);
  if (address.startsWith('[')) address = address.slice(1).replace(']', '');
  // A zone belongs to the address (fe80::1%eth0); the interface that a socket is bound to does not (0.0.0.0%eth0).
  const zone = address.indexOf('%');
  if (zone >= 0 && !address.startsWith('fe80:')) address = address.slice(0, zone);
  if (address.startsWith('::ffff:') && address.includes('.')) address = address.slice(7);
  const name = text.slice(colon + 1);
  const port = /^\d+$/.test(name) ? Number(name) : (SERVICES[name] ?? (name === '*' ? 0 : UNKNOWN));
  if (port > 65_535) return false;
  if (isLocal) {
    socket.local = address;
    socket.localPort = port;
  } else {
    socket.remote = address;
    socket.remotePort = port;
  }
  return true;
}

const SPACE = 0x20;
const TAB = 0x09;

/** The fields between white space, at most `most` of them, and where each ends. */
function fieldsOf(line: string, most: number): { fields: string[]; ends: number[] } {
  const fields: string[] = [];
  const ends: number[] = [];
  let at = 0;
  while (at < line.length && fields.length < most) {
    while (at < line.length && isSpace(line.charCodeAt(at))) at++;
    const from = at;
    while (at < line.length && !isSpace(line.charCodeAt(at))) at++;
    if (at > from) {
      fields.push(line.slice(from, at));
      ends.push(at);
    }
  }
  return { fields, ends };
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB || code === 0x0d;
}

/** Where the value of ` key:` begins in what follows the ends, or -1. */
function valueAt(line: string, key: string, from: number): number {
  const at = line.indexOf(key, from);
  return at < 0 ? -1 : at + key.length;
}

function numberAt(line: string, key: string, from: number): number {
  const at = valueAt(line, key, from);
  return at < 0 ? UNKNOWN : Number.parseInt(line.slice(at, at + 16), 10);
}

/**
 * The socket of a line, or null: it is no socket of TCP. `state`: of lines without one, which ss prints when it was asked
 * for one state.
 */
export function readSsLine(line: string, state: StateName | null): HostSocket | null {
  const { fields, ends } = fieldsOf(line, 6);
  let first = 0;
  if (fields[0] === 'tcp' || fields[0] === 'mptcp') first++;
  const socket = new HostSocket();
  const known = STATES[fields[first] ?? ''];
  if (known !== undefined) {
    socket.state = known;
    first++;
  } else if (state !== null) socket.state = state;
  else return null;
  const [recvQ, sendQ, local = '', remote = ''] = fields.slice(first, first + 4);
  if (recvQ === undefined || sendQ === undefined || !/^\d+$/.test(recvQ) || !/^\d+$/.test(sendQ)) return null;
  if (!setEnd(socket, local, true) || !setEnd(socket, remote, false)) return null;
  socket.recvQ = Number(recvQ);
  socket.sendQ = Number(sendQ);
  readRest(socket, line, ends[first + 3] ?? line.length);
  return socket;
}

function readRest(socket: HostSocket, line: string, from: number): void {
  if (from >= line.length) {
    setNoInode(socket);
    return;
  }
  const users = valueAt(line, 'users:(', from);
  if (users >= 0) socket.owners = ownersOf(line.slice(users, ownersEnd(line, users)));
  const timer = valueAt(line, 'timer:(', from);
  if (timer >= 0) {
    const [name = '', time = '', count = '0'] = line.slice(timer, line.indexOf(')', timer)).split(',');
    socket.timer = TIMERS[name] ?? 'none';
    socket.timerMs = timerMs(time);
    socket.retransmits = Number(count) || 0;
  }
  socket.uid = numberAt(line, ' uid:', from);
  socket.inode = numberAt(line, ' ino:', from);
  if (socket.uid < 0 && socket.inode >= 0) socket.uid = 0;
  setNoInode(socket);
  readInfo(socket, line, from);
}

/** TIME-WAIT and SYN-RECEIVED have no program. */
function setNoInode(socket: HostSocket): void {
  if (socket.state === 'TIME-WAIT' || socket.state === 'SYN-RECEIVED') socket.inode = 0;
}

/** The end of `users:((…),(…))`: a name may hold parentheses. */
function ownersEnd(line: string, from: number): number {
  const end = line.indexOf('))', from);
  return end < 0 ? line.length : end + 2;
}
