import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PcapngWriter } from '../../link/index.ts';
import { handMade } from '../ladder/testing.ts';
import { runScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import type { Trace } from '../trace.ts';
import { ExportError, type PcapngExportOptions, pcapngOf, traceTextOf } from './pcapng.ts';

const tshark = ((): boolean => {
  try {
    execFileSync('tshark', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

function traceOf(id: string, edits: readonly string[] = []): Trace {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return runScenario(scenario, { edits });
}

/** What tshark says of a capture, line by line. */
function fieldsOf(bytes: Uint8Array, fields: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'synfin-'));
  try {
    const file = join(folder, 'trace.pcapng');
    writeFileSync(file, bytes);
    const args = ['-r', file, '-o', 'tcp.check_checksum:TRUE', '-T', 'fields', '-E', 'separator=|'];
    return execFileSync('tshark', [...args, ...fields.flatMap((field) => ['-e', field])], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trimEnd()
      .split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const texts = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Numbers of enhanced packet blocks. */
function packets(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true))
    if (view.getUint32(at, true) === 6) count++;
  return count;
}

const exported = (trace: Trace, options: Partial<PcapngExportOptions> = {}): Uint8Array =>
  pcapngOf(trace, { lang: 'en', ...options });

const count = (trace: Trace, test: (event: Trace['events'][number]) => boolean): number =>
  trace.events.filter(test).length;

test('on the wire every segment is captured once, lost ones too, and these are marked', () => {
  const trace = traceOf('syn-lost');
  const bytes = exported(trace);
  expect(packets(bytes)).toBe(count(trace, (e) => e.kind === 'sent'));
  expect(texts(bytes)).toContain('lost on the way: rule');
  expect(texts(bytes)).toContain('dropped');
});

test('at an end: what it sent, and what arrived there, no more', () => {
  const trace = traceOf('syn-lost');
  for (const end of ['left', 'right'] as const) {
    const seen = count(
      trace,
      (e) => (e.kind === 'sent' && e.from === end) || (e.kind === 'arrived' && e.to === end),
    );
    expect(packets(exported(trace, { at: end }))).toBe(seen);
  }
});

test('comments tell the states, the rule of each change, and what the caller adds', () => {
  const bytes = exported(traceOf('hs'), {
    comment: (event, index) => (index === 1 || event.kind === 'sent' ? `about ${index}` : null),
  });
  expect(texts(bytes)).toContain('client: CLOSED → SYN-SENT (open-active, 3.10.1)');
  expect(texts(bytes)).toMatch(/about \d/);
  expect(texts(exported(traceOf('hs'), { lang: 'zh' }))).toContain('状态');
});

test('a damaged packet is captured with the damage where it arrives, and whole where it was sent', () => {
  const trace = traceOf('hs', ['corrupt SYN#1 left->right']);
  const flipped = trace.events.some((e) => e.kind === 'arrived' && e.flipped !== undefined);
  expect(flipped).toBe(true);
  const sent = trace.events.find((e) => e.kind === 'sent');
  const hex = (bytes: Uint8Array): string =>
    [...bytes].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  const packet = sent?.kind === 'sent' ? (sent.packet as string) : '';
  expect(packet).not.toBe('');
  expect(hex(exported(trace, { at: 'left' }))).toContain(packet);
  const right = hex(exported(trace, { at: 'right' }));
  expect(right.indexOf(packet)).toBe(right.lastIndexOf(packet));
});

test('a capture holds its trace, and gives it back as it was', () => {
  for (const at of ['wire', 'left', 'right'] as const) {
    const trace = traceOf('close4', ['drop FIN#1']);
    const text = traceTextOf(exported(trace, { at })) as string;
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(trace)));
  }
});

test('a capture without a trace, one that is cut off, and what is no capture give none', () => {
  const bytes = exported(traceOf('hs'));
  for (let length = 0; length < bytes.length; length += 97)
    expect(traceTextOf(bytes.subarray(0, length))).toBeNull();
  const chunks: Uint8Array[] = [];
  new PcapngWriter((chunk) => chunks.push(chunk));
  expect(traceTextOf(chunks[0] as Uint8Array)).toBeNull();
  // A length that leads nowhere.
  const loop = new Uint8Array(64);
  loop.set((chunks[0] as Uint8Array).subarray(0, 12));
  loop.fill(0, 4, 8);
  expect(traceTextOf(loop)).toBeNull();
});

test('a trace without packets cannot be exported, and says so', () => {
  expect(() => exported(handMade())).toThrow(ExportError);
  expect(() => exported(handMade())).toThrow(/segment 1 has no octets/);
});

describe.skipIf(!tshark)(`tshark reads it${tshark ? '' : ' (skipped: there is no tshark)'}`, () => {
  test('a handshake: flags, interfaces, good checksums', { timeout: 20_000 }, () => {
    const lines = fieldsOf(exported(traceOf('hs')), [
      'frame.interface_name',
      'tcp.flags.syn',
      'tcp.flags.ack',
      'tcp.checksum.status',
    ]);
    expect(lines.slice(0, 3)).toEqual(['left|1|0|1', 'right|1|1|1', 'left|0|1|1']);
  });

  test('our verdicts are packet comments', { timeout: 20_000 }, () => {
    const [first = ''] = fieldsOf(exported(traceOf('syn-lost')), ['frame.comment']);
    expect(first).toContain('lost on the way');
  });
});
