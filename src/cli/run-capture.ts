// The capture of a run: every packet as it passes synfin's interface, with the states of both ends, the
// changes and their rules as a comment.

import type { End, StateChange, TraceEnd, TraceEvent } from '../lab/index.ts';
import { PcapngWriter } from '../link/index.ts';
import type { PacketInfo } from '../sim/index.ts';
import { CaptureFile } from './capture-file.ts';

/** Writes a pcapng file while the events happen. */
export class RunCapture {
  /** Packets written. */
  packets = 0;
  readonly #file: CaptureFile;
  readonly #ends: Readonly<Record<End, TraceEnd>>;
  readonly #nowUs: (() => number) | null;
  #writer: PcapngWriter | null = null;
  #iface = 0;
  /** Of events that are no packet here: the next packet's comment tells them. */
  #changes: StateChange[] = [];

  /**
   * `nowUs`: microseconds since 1970; null for a simulation. `onFailed` is called once, when the file takes no
   * more. Throws what opening the file throws.
   */
  constructor(
    file: string,
    ends: Readonly<Record<End, TraceEnd>>,
    nowUs: (() => number) | null,
    onFailed: (error: Error) => void,
  ) {
    this.#file = new CaptureFile(file, onFailed);
    this.#ends = ends;
    this.#nowUs = nowUs;
  }

  /** The trace's time 0 is the date of the first event. */
  #begin(t: number): PcapngWriter {
    const { left, right } = this.#ends;
    const writer = new PcapngWriter((bytes) => this.#file.write(bytes), {
      comment: `synfin run: ${left.name} and ${right.name}, seen from ${left.name}`,
      ...(this.#nowUs === null ? {} : { epochUs: this.#nowUs() - t }),
    });
    this.#iface = writer.addInterface({ name: 'synfin', linkType: 'raw-ip' });
    return writer;
  }

  /** To be given every event with its packet. */
  event(event: TraceEvent, packet: PacketInfo | null): void {
    this.#changes.push(...event.changes);
    if (packet === null || !this.#file.recording) return;
    const out = event.kind === 'sent' && event.from === 'left';
    const lost = event.kind === 'lost' && event.to === 'left';
    if (!out && !lost && !(event.kind === 'arrived' && event.to === 'left')) return;
    this.packets++;
    this.#writer ??= this.#begin(event.t);
    this.#writer.packet(this.#iface, event.t, packet.mem, packet.off, packet.len, {
      direction: out ? 'out' : 'in',
      comment: this.#comment(event),
      dropped: lost,
    });
  }

  #comment({ states }: TraceEvent): string {
    const changes = this.#changes.splice(0);
    const { left, right } = this.#ends;
    const now = `${left.name} ${states.left}, ${right.name} ${states.right}`;
    return [now, ...changes.map((change) => this.#change(change))].join('\n');
  }

  #change({ end, from, to, rule, section }: StateChange): string {
    const why = rule === null ? '' : ` (${rule}, ${/^\d/.test(section ?? '') ? 'RFC 9293 ' : ''}${section})`;
    return `${this.#ends[end].name}: ${from} -> ${to}${why}`;
  }

  close(): void {
    this.#writer?.flush();
    this.#file.close();
  }
}
