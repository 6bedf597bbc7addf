// The error queue of a socket (MSG_ERRQUEUE): what is reported of its sending, oldest first.

import { constant } from './constants.ts';
import { errnoNumbers } from './errno.ts';
import { type ControlMessage, errorMessage, type Message } from './message.ts';

const MSG_ERRQUEUE = constant('MSG_ERRQUEUE');
const MSG_TRUNC = constant('MSG_TRUNC');
const ZEROCOPY = constant('SO_EE_ORIGIN_ZEROCOPY');
const COPIED = constant('SO_EE_CODE_ZEROCOPY_COPIED');
const TIMESTAMPING = constant('SO_EE_ORIGIN_TIMESTAMPING');
const SCM_TIMESTAMPING = constant('SCM_TIMESTAMPING');
const SOL_SOCKET = constant('SOL_SOCKET');

/** Reports that wait; what comes beyond is lost, as with Linux's receive buffer. */
const MOST = 1024;
const NUMBERS = 2 ** 32;

/** The calls from `low` to `high`, by number, need their buffers no more. */
interface Completion {
  readonly kind: 'completion';
  readonly low: number;
  high: number;
}

/** Text was sent or acknowledged: `stage` is one of SCM_TSTAMP_…; `us` null: the time was not asked for. */
interface Stamp {
  readonly kind: 'stamp';
  readonly stage: number;
  readonly key: number;
  readonly us: number | null;
  /** The text, which nobody has room for, comes with it. */
  readonly text: boolean;
}

/** One queue. */
export class ErrorQueue {
  readonly #reports: (Completion | Stamp)[] = [];
  readonly #family: 4 | 6;
  /** How often something was reported: each is an edge for epoll. */
  edges = 0;
  /** Reports that found no room. */
  lost = 0;

  constructor(family: 4 | 6) {
    this.#family = family;
  }

  get waiting(): boolean {
    return this.#reports.length > 0;
  }

  /** MSG_ZEROCOPY: joins the report before where its numbers go on. */
  completed(low: number, high: number): void {
    const last = this.#reports.at(-1);
    if (last?.kind === 'completion' && low === (last.high + 1) % NUMBERS) {
      last.high = high;
      this.edges++;
    } else this.#push({ kind: 'completion', low, high });
  }

  /** SO_TIMESTAMPING. */
  stamped(stage: number, key: number, us: number | null, text: boolean): void {
    this.#push({ kind: 'stamp', stage, key, us, text });
  }

  #push(report: Completion | Stamp): void {
    this.edges++;
    if (this.#reports.length < MOST) this.#reports.push(report);
    else this.lost++;
  }

  /** recvmsg with MSG_ERRQUEUE; null: nothing waits. */
  take(): Message | null {
    const report = this.#reports.shift();
    if (report === undefined) return null;
    const octets = new Uint8Array(0);
    if (report.kind === 'completion') {
      // All text is copied here, which a program should know that pays for not copying.
      const { low: info, high: data } = report;
      const error = { errno: 0, origin: ZEROCOPY, type: 0, code: COPIED, info, data };
      return { octets, flags: MSG_ERRQUEUE, control: [errorMessage(this.#family, error)] };
    }
    const { stage, key, us, text } = report;
    const control: ControlMessage[] = [];
    if (us !== null) control.push({ level: SOL_SOCKET, type: SCM_TIMESTAMPING, data: { us } });
    const errno = errnoNumbers.ENOMSG;
    const error = { errno, origin: TIMESTAMPING, type: 0, code: 0, info: stage, data: key };
    control.push(errorMessage(this.#family, error));
    return { octets, flags: MSG_ERRQUEUE | (text ? MSG_TRUNC : 0), control };
  }
}
