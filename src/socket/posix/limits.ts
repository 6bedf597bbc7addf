// For how long text was waiting to be sent or acknowledged, and for how much of that the peer's window or the send buffer was
// the reason: tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited (tcp_chrono_start, net/ipv4/tcp_output.c).

import { parts, type Tcb } from '../../tcp/index.ts';

/** Times in microseconds. */
export class Limits {
  busyUs = 0;
  windowUs = 0;
  bufferUs = 0;
  #state: 'idle' | 'busy' | 'window' | 'buffer' = 'idle';
  #sinceUs = 0;

  /** Something has happened at `nowUs`; `noSpace`: a write has found the send buffer full since it last had room. */
  look(tcb: Tcb, nowUs: number, noSpace: boolean): void {
    this.#count(nowUs);
    const { snd, cc } = tcb;
    const queued = (snd.end - snd.nxt) | 0;
    const next = Math.min(queued, snd.mss);
    const usable = (snd.una + snd.wnd - snd.nxt) | 0;
    if (((snd.end - snd.una - snd.syn) | 0) <= 0) this.#state = 'idle';
    else if (queued > 0 && usable < next && cc.cwnd - parts.inFlight(tcb) >= next) this.#state = 'window';
    else this.#state = noSpace && queued <= 0 ? 'buffer' : 'busy';
  }

  /** Up to now. */
  #count(nowUs: number): void {
    const us = nowUs - this.#sinceUs;
    this.#sinceUs = nowUs;
    if (this.#state === 'idle') return;
    this.busyUs += us;
    if (this.#state === 'window') this.windowUs += us;
    else if (this.#state === 'buffer') this.bufferUs += us;
  }

  /** What TCP_INFO tells at `nowUs`. */
  told(nowUs: number): { tcpi_busy_time: number; tcpi_rwnd_limited: number; tcpi_sndbuf_limited: number } {
    this.#count(nowUs);
    return {
      tcpi_busy_time: this.busyUs,
      tcpi_rwnd_limited: this.windowUs,
      tcpi_sndbuf_limited: this.bufferUs,
    };
  }
}
