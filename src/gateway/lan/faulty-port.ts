// A guest's link with faults: a simulated wire between its port and the gateway, in real time.

import { platformTimers, RealClock } from '../../host/index.ts';
import { type Port, RealtimeDriver, type Transmit, Wire, type WireOptions, World } from '../../sim/index.ts';
import { Memory } from '../../wire/index.ts';
import type { FramePort } from '../port.ts';

/** What befalls the frames of a guest, each way; `seed` of the dice. */
export type GuestFaults = WireOptions & { seed?: number | string };

/** Octets of frames that are under way at most. */
const MOST_OCTETS = 64 * 1024 * 1024;
const FRAME_OCTETS = 18;

/** An end of the wire: frames that come out of it go to `out`. */
class End implements Port {
  readonly kind = 'ethernet';
  readonly memory: Memory;
  readonly mtu: number;
  readonly #out: (frame: Uint8Array) => void;
  #transmit: Transmit | null = null;
  /** Frames for which there was no memory. */
  dropped = 0;

  constructor(memory: Memory, mtu: number, out: (frame: Uint8Array) => void) {
    this.memory = memory;
    this.mtu = mtu;
    this.#out = out;
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
  }

  receive(off: number, len: number): void {
    this.#out(this.memory.u8.slice(off, off + len));
  }

  put(frame: Uint8Array): void {
    const fits = this.#transmit !== null && frame.length <= this.mtu + FRAME_OCTETS;
    const off = fits ? this.memory.alloc(frame.length) : 0;
    if (off === 0) {
      this.dropped++;
      return;
    }
    this.memory.u8.set(frame, off);
    this.#transmit?.(off, frame.length);
  }
}

/**
 * The port of a guest, as it is at the end of a bad link: what passes is lost, delayed, doubled as `faults` says, from a
 * (the gateway) to b (the guest) and back. Give that to `gateway.attach` in place of `port`. Throws TypeError, RangeError.
 */
export function faultyPort(port: FramePort, { seed = 1, ...faults }: GuestFaults): FramePort {
  const clock = new RealClock();
  const memory = new Memory({ max: MOST_OCTETS });
  const world = new World({ memory, seed });
  const driver = new RealtimeDriver(world, {
    now: () => clock.now(),
    setTimer(ms, fn) {
      const timer = platformTimers.setTimer(ms, fn);
      platformTimers.unref?.(timer);
      return timer;
    },
    clearTimer: (timer) => platformTimers.clearTimer(timer),
  });
  const near = new End(memory, port.mtu, (frame) => faulty.onreceive?.(frame));
  const far = new End(memory, port.mtu, (frame) => port.send(frame));
  const wire = new Wire(world, near, far, { name: 'guest', ...faults });
  const through = (end: End, frame: Uint8Array): void => {
    driver.sync();
    end.put(frame);
    driver.kick();
  };
  const faulty: FramePort = {
    kind: 'ethernet',
    mtu: port.mtu,
    onreceive: null,
    onclose: null,
    send: (frame) => through(near, frame),
    close() {
      stop();
      port.close?.();
    },
  };
  const stop = (): void => {
    wire.close();
    driver.stop();
    port.onreceive = null;
  };
  port.onreceive = (frame) => through(far, frame);
  port.onclose = (error) => {
    stop();
    faulty.onclose?.(error);
  };
  driver.start();
  return faulty;
}
