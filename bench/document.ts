// docs/performance.md: what was measured, on which machine, as tables. It is made of docs/performance.json, which keeps the
// last report of each group: `npm run bench -- --rows bad --docs` measures a group anew and writes both.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Machine, type Report, type Row, shown } from './rows.ts';

const DATA = new URL('../docs/performance.json', import.meta.url);
const PAGE = new URL('../docs/performance.md', import.meta.url);

/** The last report of each group. */
export type Kept = Readonly<Record<string, Report>>;

const GROUPS: Readonly<Record<string, { title: string; text: string }>> = {
  stack: {
    title: 'The stack alone',
    text: `Two hosts in one process hand each other packets as bytes, both checksums are computed and verified. Figures
are per second of the process's processor time (user and system); the peer is the kernel's TCP on loopback through
\`node:net\`, in the same session, each row in processes of its own, in turns; medians.

Flows together take turns: each writes 64 KiB, as the program of the one flow does, then the next; those with buffers of 8 KiB
write four full segments. The link brings what waits on it as soon as that is 64 packets, as many as a device reads at a time.
A turn of four segments costs what a turn does of itself (a call, a batch, a read, a window update) for four segments instead
of forty-five; and ten thousand connections have 57 MB of heap, both ends, more than a cache holds. What
is left of a large send ring while its last segments wait for an ACK is a small ring: before, ten thousand flows with default
buffers had a ring of 128 KiB each, 1.3 GB. The rows of flows were measured in turns with that of one flow, when the machine had
other work, too.`,
  },
  peers: {
    title: 'Beside other stacks in one process',
    text: `Two ends in one process hand each other packets as bytes, both checksums are computed and verified; per second of the
process's processor time (user and system), in processes of their own, in turns, medians. lwIP is the machine's own package
(Debian's liblwip0), as its maintainers have built it, by its raw API in one thread (bench/peers/lwip.c): two interfaces of one
lwIP, every packet copied once on its way. About a thousand records are in TIME-WAIT on either side while connections are opened and
closed; lwIP keeps them, as all its connections, in lists. \`npm run bench:peers\` needs cc, pkg-config and liblwip-dev, and
builds nothing of lwIP itself. Others cannot be measured so: Debian has no package of smoltcp, nor has npm; the far end of
libslirp's TCP is a socket of the kernel; liblwipv6 is an older lwIP in threads of its own.

Ours is measured as it is published, the core in one module (scripts/core-modules.ts), after it has moved twice as much as is
counted: what V8 compiles of it takes a second, in threads whose time counts, too. Where the time of a data segment goes in bulk at
1500, both ends together, by \`perf\`: the four copies 0.36, of which those that sum as well have 0.21; forming headers 0.08, reading
them 0.09; the rest is in a hundred functions of 0.04 and less. ACKs, one for two segments, are 0.23 of all of it, as
leaving most of them out shows. At 65,535 the copies are 0.60 of the time, and no other function has more than 0.02.

Where the microseconds of a connection go, by \`node bench/stages.ts\`, with callbacks: open and its SYN 1.2; the SYN at the
listener and the SYN,ACK 1.2; SYN,ACK and ACK 0.7; that ACK 0.4; close and FIN 0.4; FIN, its ACK, close and FIN 0.7; ACK and FIN,
the ACK and TIME-WAIT 0.9; the last ACK 0.6; the end of an older TIME-WAIT 0.2: 6.5 in all, where it was 8.7 before SYNs, first ACKs
and FINs had short ways. Making the two TCBs is about a tenth of it: 1.4 kB each, in memory that no cache holds any more. Another tenth
is the bench's own link, and what brings its packets. No function has more than 4 %, and a hundred have one hundredth or less: what is left is instructions, and calls,
of which V8 inlines 920 octets of bytecode at most by default. With \`--max-inlined-bytecode-size-cumulative=2500
--max-inlined-bytecode-size=1000\` the same code takes 0.89 of the time in bulk at 1500 and about 0.83 for a connection: \`synfin\`
sets them for itself, and a bench for its processes. The short ways of SYNs, first ACKs and FINs make connect and close 1.2 times
as fast, in pairs, by callbacks and by promises. A program of your own is started
with them by \`node\`.`,
  },
  memory: {
    title: 'Connections that do nothing',
    text: `Octets of JavaScript's heap and of what is outside of it for it, everything included (TCB, object, table of tuples,
timer) but the Memory of packets and buffers, of which they have none. Half a minute of virtual time goes by before the
heap is measured. A pause is the time of the main thread that one connection took to open, garbage collection included.
When this was measured last the machine had other work, too: octets do not depend on that, pauses and speeds do. A half-open
end is a record of 12 words, its place in the table of tuples, and its timer; the youngest 256 are not packed yet.
\`npm run bench -- --rows memory --million\` has the rows of a million ends, too.`,
  },
  net: {
    title: 'Programs of node:net',
    text: `The same program on the loopback of the host that \`synfin/register\` makes, in real time, and on the kernel's: both ends
in one process. Figures are per second of the process's processor time (user and system, all threads), in processes of
their own, in turns; medians. Requests have 100 octets, answers 1000. For idle sockets the resident set's growth is counted
for each of 10,000 net.Sockets (5000 connections), and for the kernel's also what it has for each: the objects of
/proc/slabinfo for a TCP socket, its inode, file and place in epoll, and the pages of TCP in /proc/net/sockstat; these are
the whole machine's, so others show in them.

What bulk costs, by \`npm run bench -- --rows net --profile DIR\`: Node makes an ArrayBuffer of up to 64 KiB for each read, of
the kernel's octets as of ours. They are outside of V8's heap, where they count for the old generation's limit: the kernel's
program has its whole heap marked for every few ten MiB, much of it in V8's own threads, and ours had, which was half of its
time. A handle of ours gives the heap half an octet of garbage for each octet that it gives a reader, so the young generation is
collected first, which frees those buffers (src/socket/node/outside-heap.ts). The octets themselves are copied into the send ring,
into a packet, into the receive ring, out of it, and into that buffer; no checksum is computed on loopback. The kernel's end of it is two copies.`,
  },
  sim: {
    title: 'Simulations of programs',
    text: `Programs of node:net and node:http on hosts of \`synfin/sim\`, per second of the process's processor time (user and system);
the peer is the same program on the kernel's loopback, both ends in one process. In the hour 49 hosts ask one every ten seconds, by
keep-alive. Medians, each measure in a process of its own, after three rounds; in the first round of a process most of the time is
V8's, which compiles what runs often, and a simulation runs more of it than the kernel's sockets do.`,
  },
  gateway: {
    title: 'A guest behind a gateway',
    text: `A Linux guest in QEMU without KVM, and servers of node:net on this machine's loopback: by \`createGateway\` on a unix
socket in a process of its own, by QEMU's own user network (libslirp), by passt. Wall clock, in turns, medians; the guest's
processor is emulated, which is most of the time of each. Short connections are busybox's wget, a process each. libslirp is in
QEMU's own process; ours and passt have a socket between, and one more process that has to be woken for every frame.
With an MTU of 65,520 (\`--mtu\`, told by DHCP and by the card, \`host_mtu\`) there are fewer packets, and fewer of these. QEMU's stream sockets negotiate no checksum
offload, nor does its user network. It needs qemu-system-x86, busybox-static, a kernel in /boot, passt.`,
  },
  tun: {
    title: 'TUN: a host and the kernel',
    text: `A host with default settings behind a TUN interface, and iperf3 in the kernel's TCP at the other end; the peer is
iperf3 at both ends of a veth pair. Wall clock, in turns; medians; in and out as the host sees it. Offload is that of
\`attachTun\`: the kernel cuts and joins segments of up to 64 KiB, or the host does, or nobody. The round trips are those
of ping: the host's process sleeps between them, or polls (\`busyTurns\`). It needs root, iperf3, ethtool and ping.

What a round trip costs before there is a stack, a program of C says where there is \`cc\` (bench/peers/tun-echo.c), in the same
turns: on TUN somebody has to be woken, and on a virtual machine that sleeps a processor, too; veth answers inside of the
kernel's sendmsg. Asleep, between libuv's callback and the answer, the fastest tenth on a machine with other work had 5 µs until the
immediate in which packets are read, 5 for the read, 7 for the engine and 8 for the write, inside of which the kernel takes the answer
to ping: 25, of a round trip of 53. Answering in libuv's callback would save the first 5, yet what is thrown in it is lost. While it
polls, a turn of the event loop with one look takes 6 µs of processor time, of which the read that finds nothing is 2: so a turn
has up to eight looks, each 2.6 µs with its share of the turn.`,
  },
  bad: {
    title: 'Bad networks',
    text: `A bottleneck of 100 Mbit/s with a drop-tail queue; packets are lost in both directions, by seeded dice. Peers are two
Linux kernels (network namespaces, each on a TUN interface) joined by the simulated wire in real time; ours are two hosts on
the same wire in virtual time, with default settings but for the congestion control. Bulk flows run for 5 s, 10 s where the
round trip takes 200 ms, from the SYN on: slow start is part of it. Where packets are lost, a figure is the mean of two or
three runs with different dice, of one for Linux BBR. Every octet is compared. In brackets: how good that is beside Linux CUBIC; above 1 is
better, whether more or less is. \`npm run bench -- --rows bad\` takes some minutes, with \`--quick\` less than one.

Linux’s BBR is the first version, which takes no loss for a sign of anything. BBRv3 (draft-ietf-ccwg-bbr) does above
BBR.LossThresh, 2 % of a round trip: at 3 % a probe for more bandwidth ends with what it lost as the bound of what may be in
flight (section 5.5.10.2), and between probes each round trip with a loss lowers the rate to what arrived in it (5.5.10.3). That
is what it is meant to cost; up to 1 % it costs little. CUBIC and NewReno are not paced unless \`pacing: 'on'\` says so.

Where a flow shares a bottleneck with one of the kernel, both leave with a random delay of up to 480 µs, four packets’ worth.
Without that a full drop-tail queue has room for whoever answers an ACK some microseconds later, always (phase effects: Floyd
and Jacobson, 1992): a host that answered 60 µs before the kernel had a third of what the kernel had, and 60 µs after it more
than the kernel; two flows of ours that began at the same moment without it had the same 65 and 35 % at 200 ms, whatever the
dice. With it, and other seeds, two flows of ours at 200 ms had an index of 0.94 in the mean of 16 runs of 25 s, from 0.88 to 1.00, and
of 0.99 at 40 and 0.98 at 10 ms: that is spread.

At 200 ms two flows that begin together are as unequal for a while as slow start has left them. The window that leaves behind the
other’s sees the other’s queue, and its slow start ends there, at 330 segments: by the kernel’s HyStart for good, by HyStart++ as
long as the delay stays. The one before sees none, and goes on until path and queue are full, at 2000. Over 25 s ours had more
than the kernel in each of ten runs, 0.85 in the mean, from 0.77 to 0.99; the kernel’s own algorithm on our host
(\`linux-cubic\`) had 0.90 in the mean of six, from 0.74 to 1.00, and two kernels, begun 5 to 60 ms apart, 0.93, from 0.87 to 0.97.
An earlier end of slow start, by the kernel’s train of ACKs or by a second increase of the delay, left the mean where it was, so
HyStart++ is as RFC 9406 has it. After a loss CUBIC needs 10 s to come back to its window of half such a path; so these flows
run for 60 s, of 40 ms for 30, and the second half counts: 0.96 in the mean of eight, from 0.91 to 0.99, whoever began.

At 40 ms CUBIC grows as Reno would (RFC 9438 section 4.3), and from cwnd_prior on with an alpha of 1, as the section asks; the
kernel’s stays at 0.53. In three runs of two pairs ours had 0.86 in the mean; with the kernel’s alpha, which is no setting, it
had 0.96 with the same dice, from 0.86 to 1.00; and as it is, with other dice, 0.98, from 0.96 to 1.00.

| RFC 9743 | is seen in |
| --- | --- |
| 5.1.1 congestion collapse, 5.1.3 high packet loss | bulk at 3 % loss |
| 5.1.2 bufferbloat, 6.1 drop-tail queues | bulk without loss: the mean queue, of 1 and of 4 BDP |
| 5.1.4 fairness within an algorithm | fairness with itself: two flows of one control, from the same moment on |
| 5.1.5 short flows | 10 kB at 3 % loss, 10 kB whose last segment is lost |
| 5.2.1 existing congestion control | fairness with CUBIC: one flow and one of Linux CUBIC, in real time |
| 6.3 wired, 6.4 wireless paths | bulk: loss that is not congestion |
| 7.3 varying delay, 7.7 extreme reordering | 2 MB, 30 % of packets 5 ms late |
| 7.5 high delay | every row at 200 ms |
| 5.2.2 real-time flows, 7.1 AQM, 7.8 transient events | nothing yet |`,
  },
};

/** The page for the reports that were kept. */
export function performancePage(kept: Kept): string {
  const parts = Object.entries(GROUPS).flatMap(([group, { title, text }]) => {
    const report = kept[group];
    if (report === undefined) return [];
    const table = group === 'bad' ? wideTable(report.rows) : narrowTable(report.rows);
    return [
      `## ${title}`,
      text,
      `Measured on ${machineText(report.machine)}.`,
      table,
      ...sharesOf(group, report.rows),
    ];
  });
  const head = `# Performance

What \`npm run bench\` measured; made of docs/performance.json, not written by hand. Wall clock on shared machines drifts, so
peers are measured in the same run, and ratios are what counts.`;
  return `${[head, ...parts].join('\n\n')}\n`;
}

function machineText({ cpu, cores, memoryGiB, kernel, node, date }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${kernel}, Node ${node}, ${date}`;
}

function lines(head: readonly string[], body: readonly (readonly string[])[]): string {
  const aligned = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [head, aligned, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function beside(ratio: number | null): string {
  return ratio === null ? '' : ratio.toFixed(2);
}

/** A row for each row. */
function narrowTable(rows: readonly Row[]): string {
  const body = rows.map(({ what, ours, peer, theirs, ratio }) => [
    what,
    shown(ours),
    theirs === null ? '' : `${shown(theirs)} (${peer})`,
    beside(ratio),
  ]);
  return lines(['', 'synfin', 'peer', 'ratio'], body);
}

/** A row for each figure, a column for each stack; ours with the ratio to Linux CUBIC. */
function wideTable(rows: readonly Row[]): string {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const stacks = [...new Set(rows.map(({ stack }) => stack))];
  const names = [...new Set(rows.map(({ what }) => what))];
  const body = names.map((name) => {
    const here = rows.filter(({ what }) => what === name);
    const theirs = peers.map((peer) => here.find((row) => row.peer === peer));
    const ours = stacks.map((stack) => here.find((row) => row.stack === stack && row.peer === peers[0]));
    return [
      name,
      ...theirs.map((row) => (row === undefined ? '' : shown(row.theirs))),
      ...ours.map((row) => (row === undefined ? '' : `${shown(row.ours)} (${beside(row.ratio)})`)),
    ];
  });
  return lines(['', ...peers, ...stacks], body);
}

/** For each stack, how many goodputs reach the peer's, and the lowest. */
function sharesOf(group: string, rows: readonly Row[]): string[] {
  if (group !== 'bad') return [];
  const goodput = rows.filter(({ what }) => what.endsWith('Mbit/s'));
  const pairs = [...new Set(goodput.map(({ stack, peer }) => `${stack} beside ${peer}`))];
  const texts = pairs.map((pair) => {
    const ratios = goodput
      .filter(({ stack, peer }) => `${stack} beside ${peer}` === pair)
      .map(({ ratio }) => ratio ?? 0);
    const good = ratios.filter((ratio) => ratio >= 1).length;
    return `- ${pair}: ${good} of ${ratios.length} goodputs at or above 1.0, the lowest ${shown(Math.min(...ratios))}`;
  });
  return [texts.join('\n')];
}

/** What is kept. */
export function kept(): Kept {
  return existsSync(DATA) ? (JSON.parse(readFileSync(DATA, 'utf8')) as Kept) : {};
}

/** Keeps the groups of a report in place of older ones, or only rows in place of their likes; writes the page. */
export function keep({ machine, rows }: Report, whole: boolean): void {
  const before = kept();
  const groups = [...new Set(rows.map(({ group }) => group))];
  const fresh = groups.map((group) => {
    const mine = rows.filter((row) => row.group === group);
    const older = whole ? [] : (before[group]?.rows ?? []);
    return [group, { machine, rows: replaced(older, mine) }];
  });
  const all: Kept = { ...before, ...Object.fromEntries(fresh) };
  writeFileSync(DATA, `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(PAGE, performancePage(all));
}

/** Older rows, each newer one in the place of its like or behind them. */
export function replaced(older: readonly Row[], newer: readonly Row[]): Row[] {
  const key = ({ what, stack, peer }: Row): string => `${what}/${stack}/${peer}`;
  return [...new Map([...older, ...newer].map((row) => [key(row), row])).values()];
}
