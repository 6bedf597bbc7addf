// A detailed trace as a capture that Wireshark opens: what one end sees, or what is put on the wire, with
// the states of both ends and what became of each packet as comments (pcapng: link/pcapng.ts).

import { type Direction, PcapngWriter } from '../../link/index.ts';
import { func, needed, oneOf, Schema } from '../../options/index.ts';
import { IpPacket, Memory, markCe, parseIp } from '../../wire/index.ts';
import { LadderRows, type Row } from '../ladder/index.ts';
import { shown } from '../options.ts';
import type { Lang } from '../text/index.ts';
import type { End, SentEvent, Trace, TraceEvent } from '../trace.ts';

/** Options of {@link pcapngOf}. */
export interface PcapngExportOptions {
  readonly lang: Lang;
  /**
   * Where it is captured. At an end: what it sends when it sends it, what it receives when it arrives.
   * 'wire' (the default): every packet once, when it is sent, lost ones too; copies when they arrive.
   */
  readonly at?: End | 'wire';
  /** Raw sequence numbers in comments. */
  readonly absolute?: boolean;
  /** More to say about an event: a further line of its packet's comment. */
  readonly comment?: (event: TraceEvent, index: number) => string | null;
}

/** A trace that cannot be exported: `ERR_LAB_EXPORT`. */
export class ExportError extends Error {
  readonly code = 'ERR_LAB_EXPORT';
  override readonly name = 'ExportError';
}

const TEXTS = {
  arrives: { en: 'arrives at {name}', zh: '到达 {name}' },
  states: { en: 'states', zh: '状态' },
  lost: { en: 'lost on the way', zh: '途中丢失' },
} as const;

const exportOptions = new Schema<PcapngExportOptions>('pcapngOf', {
  lang: needed(shown.lang),
  at: oneOf('left', 'right', 'wire'),
  absolute: shown.absolute,
  comment: func,
});

/**
 * The octets of a capture. The trace itself is in it, too, unless it is larger than 16 MiB, in a block that
 * others skip: see {@link traceTextOf}.
 * @throws ExportError if the trace is not a detailed one: it has no packets; OptionTypeError, OptionRangeError
 */
export function pcapngOf(trace: Trace, options: PcapngExportOptions): Uint8Array {
  exportOptions.check(options);
  return new Exporter(trace, options).run();
}

/** The type of the block that holds the trace itself, and what its text begins with. */
const TRACE_BLOCK = 0x8073_7966;
const TRACE_MARK = 'synfin-trace\n';
/** Readers take a larger block, of 16 MiB and more, for damage. */
const MOST_TRACE = 2 ** 24 - 64;
const SECTION_BLOCK = 0x0a0d_0d0a;
const LITTLE_ENDIAN = 0x1a2b_3c4d;

/**
 * The trace that {@link pcapngOf} put into a capture, as JSON text; null: the octets are no capture, or one without it.
 * The text is as it was found: whether it is a trace is for the caller to see.
 */
export function traceTextOf(capture: Uint8Array): string | null {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  if (capture.length < 12 || view.getUint32(0, true) !== SECTION_BLOCK) return null;
  // Ours are little-endian.
  if (view.getUint32(8, true) !== LITTLE_ENDIAN) return null;
  for (let at = 0; at + 12 <= capture.length; ) {
    const size = view.getUint32(at + 4, true);
    if (size < 12 || size % 4 !== 0 || at + size > capture.length) return null;
    if (view.getUint32(at, true) === TRACE_BLOCK) {
      const text = new TextDecoder().decode(capture.subarray(at + 8, at + size - 4));
      if (text.startsWith(TRACE_MARK)) return text.slice(TRACE_MARK.length).replace(/\0+$/, '');
    }
    at += size;
  }
  return null;
}

class Exporter {
  readonly #trace: Trace;
  readonly #options: PcapngExportOptions;
  readonly #chunks: Uint8Array[] = [];
  readonly #memory = new Memory({ initial: 1 << 17 });
  readonly #ip = new IpPacket();
  readonly #writer: PcapngWriter;
  readonly #interfaces: Partial<Record<End, number>> = {};
  readonly #sent = new Map<number, SentEvent>();
  readonly #lost = new Map<number, string>();

  constructor(trace: Trace, options: PcapngExportOptions) {
    this.#trace = trace;
    this.#options = options;
    const { left, right } = trace.ends;
    this.#writer = new PcapngWriter((bytes) => this.#chunks.push(bytes), {
      comment: `${left.name} – ${right.name}${trace.scenario === undefined ? '' : `: ${trace.scenario.id}`}`,
    });
    for (const end of this.#seenBy()) {
      const { name, address } = trace.ends[end];
      this.#interfaces[end] = this.#writer.addInterface({
        name: end,
        linkType: 'raw-ip',
        description: `${name} ${address}`,
      });
    }
    for (const event of trace.events) {
      if (event.kind === 'sent') this.#sent.set(event.id, event);
      else if (event.kind === 'lost' && event.copy === 0) this.#lost.set(event.id, event.reason);
    }
  }

  #seenBy(): readonly End[] {
    const { at = 'wire' } = this.#options;
    return at === 'wire' ? ['left', 'right'] : [at];
  }

  run(): Uint8Array {
    const { at = 'wire', lang, absolute = false } = this.#options;
    const rows = LadderRows.of(this.#trace, { lang, absolute, gapUs: Number.POSITIVE_INFINITY });
    this.#trace.events.forEach((event, i) => {
      const [row] = rows.push(event);
      if (event.kind === 'sent') {
        // A forged segment is not seen where it pretends to come from.
        const seen = at === 'wire' || (at === event.from && event.injected !== true);
        if (seen) this.#packet(event, event, event.from, 'out', row, i);
      } else if (event.kind === 'arrived') {
        const sent = this.#sent.get(event.id);
        const seen = at === 'wire' ? event.copy > 0 : at === event.to;
        if (sent !== undefined && seen) this.#packet(event, sent, event.to, 'in', row, i);
      }
    });
    const text = new TextEncoder().encode(TRACE_MARK + JSON.stringify(this.#trace));
    if (text.length <= MOST_TRACE) this.#writer.localBlock(TRACE_BLOCK, text);
    this.#writer.flush();
    return joined(this.#chunks);
  }

  #packet(
    event: TraceEvent,
    sent: SentEvent,
    end: End,
    direction: Direction,
    row: Row | undefined,
    i: number,
  ): void {
    const octets = this.#octets(sent);
    const flipped = event.kind === 'arrived' ? event.flipped : undefined;
    if (flipped !== undefined && flipped >> 3 < octets.length)
      octets[flipped >> 3] = (octets[flipped >> 3] as number) ^ (0x80 >> (flipped & 7));
    const off = this.#memory.alloc(octets.length);
    this.#memory.u8.set(octets, off);
    if (
      event.kind === 'arrived' &&
      event.marked === true &&
      parseIp(this.#memory, off, octets.length, this.#ip) === 0
    )
      markCe(this.#memory, this.#ip);
    const reason = event.kind === 'sent' ? this.#lost.get(sent.id) : undefined;
    this.#writer.packet(this.#interfaces[end] as number, event.t, this.#memory, off, octets.length, {
      direction,
      comment: this.#comment(event, row, reason, i),
      dropped: reason !== undefined && (this.#options.at ?? 'wire') === 'wire',
    });
    this.#memory.free(off, octets.length);
  }

  #octets({ packet, id }: SentEvent): Uint8Array {
    if (packet === undefined)
      throw new ExportError(`segment ${id} has no octets: the trace was not recorded in detail`);
    const octets = new Uint8Array(packet.length >> 1);
    for (let k = 0; k < octets.length; k++) {
      const octet = Number.parseInt(packet.slice(2 * k, 2 * k + 2), 16);
      if (Number.isNaN(octet)) throw new ExportError(`the octets of segment ${id} are not hexadecimal`);
      octets[k] = octet;
    }
    return octets;
  }

  #comment(event: TraceEvent, row: Row | undefined, lost: string | undefined, i: number): string {
    const { lang } = this.#options;
    const { left, right } = this.#trace.ends;
    const lines: string[] = [];
    if (row?.kind === 'depart') lines.push([...row.label, ...row.options].join(' '));
    if (event.kind === 'arrived')
      lines.push(TEXTS.arrives[lang].replace('{name}', this.#trace.ends[event.to].name));
    if (row?.kind === 'arrive' && row.note !== '') lines.push(row.note);
    if (lost !== undefined) lines.push(`${TEXTS.lost[lang]}: ${lost}`);
    const { states, changes } = event;
    lines.push(
      `${TEXTS.states[lang]}: ${left.name} ${states.left}, ${right.name} ${states.right}`,
      ...changes.map(({ end, from, to, rule, section }) => {
        const why = rule === null ? '' : ` (${rule}${section === null ? '' : `, ${section}`})`;
        return `${this.#trace.ends[end].name}: ${from} → ${to}${why}`;
      }),
    );
    const more = this.#options.comment?.(event, i);
    if (more !== undefined && more !== null && more !== '') lines.push(more);
    return lines.join('\n');
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
