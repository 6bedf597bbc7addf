import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { HostSocket, SampleSource } from '../doctor/index.ts';
import { sampleOfHost, thisHost } from './doctor-host.ts';

/** Three connections to a server of this process that has not read what they sent. */
const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { port: number };
const served: Socket[] = [];
server.on('connection', (socket) => served.push(socket));
const clients = await Promise.all(
  [0, 1, 2].map(async () => {
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    await new Promise<void>((done) => client.write('hello', () => done()));
    return client;
  }),
);
while (served.length < 3) await new Promise((done) => setTimeout(done, 5));
afterAll(() => {
  for (const socket of [...clients, ...served]) socket.destroy();
  server.close();
});

/** Those of the port, as a source tells of them; null: this machine does not have it. */
async function told(source: SampleSource): Promise<HostSocket[] | null> {
  const sample = await sampleOfHost(source);
  if (sample.source === 'none') return null;
  const ours = sample.sockets.filter(
    ({ localPort, remotePort }) => localPort === port || remotePort === port,
  );
  return ours.sort((a, b) => a.localPort - b.localPort || a.remotePort - b.remotePort);
}

function seen(socket: HostSocket) {
  const { state, local, localPort, remote, remotePort, recvQ, timer, retransmits, inode } = socket;
  return { state, local, localPort, remote, remotePort, recvQ, timer, retransmits, inode };
}

test.runIf(process.platform === 'linux')('sock_diag, ss and /proc/net/tcp tell the same', async () => {
  const proc = await told('/proc/net/tcp');
  expect(proc?.map(({ state }) => state).sort()).toEqual([...new Array(6).fill('ESTABLISHED'), 'LISTEN']);
  const others = [await told('sock_diag'), await told('ss')];
  for (const [n, name] of ['sock_diag', 'ss'].entries()) {
    const sockets = others[n];
    if (sockets == null) console.info(`${name}: not to be had here`);
    else expect(sockets.map(seen)).toEqual(proc?.map(seen));
  }
});

test.runIf(process.platform === 'linux')('struct tcp_info, read by us and by ss, is the same', async () => {
  const [diag, ss] = [await told('sock_diag'), await told('ss')];
  if (diag === null || ss === null) return console.info('sock_diag or ss: not to be had here');
  const info = ({
    mss,
    pmtu,
    cwnd,
    rto,
    minRtt,
    bytesReceived,
    bytesAcked,
    segsOut,
    sendQ,
    uid,
  }: HostSocket) => ({
    ...{ mss, pmtu, cwnd, rto: Math.floor(rto), minRtt, bytesReceived, bytesAcked, segsOut, sendQ, uid },
  });
  const open = (list: readonly HostSocket[]) => list.filter(({ state }) => state === 'ESTABLISHED');
  expect(open(diag).map(info)).toEqual(open(ss).map(info));
  expect(open(diag).filter(({ recvQ }) => recvQ === 5)).toHaveLength(3);
  for (const [n, socket] of open(diag).entries()) {
    expect(socket.hasInfo).toBe(true);
    // They were asked one after the other.
    expect(Math.abs(socket.lastRcv - (open(ss)[n] as HostSocket).lastRcv)).toBeLessThan(2000);
  }
  const listener = diag.find(({ state }) => state === 'LISTEN');
  expect(listener).toMatchObject({ sendQ: 511, hasInfo: false });
});

test.runIf(process.platform === 'linux')(
  'who holds a socket: the process, its name, the descriptor',
  async () => {
    const sockets = (await told('/proc/net/tcp')) ?? [];
    const inodes = new Set(sockets.map(({ inode }) => inode));
    const owners = thisHost.ownersOf(inodes);
    expect(owners.size).toBe(7);
    for (const [owner] of owners.values()) {
      expect(owner?.pid).toBe(process.pid);
      expect(owner?.fd).toBeGreaterThan(2);
    }
    const facts = thisHost.facts(process.pid);
    expect(facts).toMatchObject({ pid: process.pid, runtime: 'node' });
    expect(facts?.fds).toBeGreaterThan(7);
    expect(facts?.fdLimit).toBeGreaterThan(facts?.fds ?? 0);
  },
);
