// Outcomes for people: a block for each attack, or a row of a table.

import { baselineNs } from './baseline.ts';
import type { Experience } from './legit.ts';
import type { Outcome } from './stage.ts';

const octets = (n: number): string =>
  n === 0
    ? '0'
    : Math.abs(n) >= 1 << 20
      ? `${(n / (1 << 20)).toFixed(1)} MiB`
      : `${(n / 1024).toFixed(1)} KiB`;

const experience = (e: Experience): string =>
  `median ${e.medianMs.toFixed(1)} ms, worst ${e.worstMs.toFixed(1)} ms, ${(e.goodput / 1000).toFixed(0)} kB/s` +
  `, ${e.opened} of ${e.opens} new connections`;

/** A block of lines. */
export function print(o: Outcome): void {
  const line = (what: string, value: string): void => console.log(`  ${what.padEnd(26)}${value}`);
  console.log(o.name);
  line('packets', `${o.packets} (${octets(o.octets)})`);
  line(
    'processor',
    `${o.ns.toFixed(0)} ns a packet, ${(o.ns / baselineNs()).toFixed(2)} of an honest segment`,
  );
  line('sent to strangers', `${o.replies} packets (${octets(o.replyOctets)})`);
  const { memory, heap } = o;
  line(
    'Memory',
    `${octets(memory.before)} before, ${octets(memory.most)} at most, ${octets(memory.after)} after`,
  );
  line('heap', `+${octets(heap.during - heap.before)} during, +${octets(heap.after - heap.before)} after`);
  for (const b of o.bounds) line(b.what, `${b.most} of at most ${b.bound}`);
  line('client, before', experience(o.before));
  line('client, during', experience(o.during));
  if (o.broken !== null) line('the long connection', o.broken);
  for (const [name, value] of Object.entries(o.facts)) line(name, String(value));
  const counters = Object.entries(o.counters);
  if (counters.length > 0) line('counters', counters.map(([k, v]) => `${k} ${v}`).join(', '));
}

/** Head of the table. */
export function heading(): string {
  return [
    '| attack | packets | replies each | octets out / in | Memory: most, after | heap: during | queue: most / bound | client: latency before, during (ms) | goodput kept | new connections | cost |',
    '|---|--:|--:|--:|---|--:|---|---|--:|--:|--:|',
  ].join('\n');
}

/** A row of the table. */
export function markdownRow(o: Outcome): string {
  const { before, during } = o;
  const queue = o.bounds
    .filter((b) => b.most > 1)
    .map((b) => `${b.what} ${b.most.toLocaleString('en')} / ${b.bound.toLocaleString('en')}`)
    .join('; ');
  const kept = during.goodput / before.goodput;
  return `| ${[
    `\`${o.name}\``,
    o.packets.toLocaleString('en'),
    (o.replies / Math.max(o.packets, 1)).toFixed(2),
    (o.replyOctets / Math.max(o.octets, 1)).toFixed(2),
    `${octets(Math.max(o.memory.most - o.memory.before, 0))}, ${octets(Math.max(o.memory.after - o.memory.before, 0))}`,
    `+${octets(Math.max(o.heap.during - o.heap.before, 0))}`,
    queue === '' ? '—' : queue,
    Number.isNaN(during.medianMs) ? '—' : `${before.medianMs.toFixed(0)}, ${during.medianMs.toFixed(0)}`,
    Number.isNaN(kept) ? '—' : `${(kept * 100).toFixed(0)} %`,
    during.opens === 0 ? '—' : `${during.opened} of ${during.opens}`,
    o.ns === 0 ? '—' : (o.ns / baselineNs()).toFixed(1),
  ].join(' | ')} |`;
}
