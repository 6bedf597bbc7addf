// A loopback with faults: what the host sends to itself passes a simulated wire, in real time.

import { type Host, type HostDriver, platformTimers, RealClock, type Transmit } from '../../host/index.ts';
import { type Port, RealtimeDriver, Wire, World } from '../../sim/index.ts';
import type { RegisterFaults } from './register-options.ts';

/**
 * Puts a wire with `faults` into the loopback of a host that drives itself. Packets pass it once, from a to b; what is
 * under way keeps no process alive. Throws TypeError for another host.
 */
export function loopbackWire(host: Host, { seed = 1, ...faults }: RegisterFaults): Wire {
  const { clock, driver, memory } = host;
  if (!(clock instanceof RealClock) || driver === null)
    throw new TypeError('faults are for a host that drives itself: leave its `clock` out');
  const world = new World({ memory, seed });
  const real = new RealtimeDriver(world, {
    now: () => clock.now(),
    setTimer(ms, fn) {
      const timer = platformTimers.setTimer(ms, () => inEvent(driver, fn));
      platformTimers.unref?.(timer);
      return timer;
    },
    clearTimer: (timer) => platformTimers.clearTimer(timer),
  });
  const mtu = host.interfaces[0]?.mtu ?? 0;
  const near: Port = {
    memory,
    mtu,
    receive() {},
    attach(transmit) {
      // A host that was closed has no loopback any more.
      if (host.interfaces.length === 0) return;
      const atPresent: Transmit = (off, len) => {
        real.sync();
        transmit?.(off, len);
      };
      host.throughLoopback(transmit === null ? null : atPresent);
    },
  };
  const deliver = host.throughLoopback(null);
  const far: Port = {
    memory,
    mtu,
    receive() {},
    deliver(off, len) {
      deliver(off, len);
      return true;
    },
    attach() {},
  };
  const wire = new Wire(world, near, far, { name: 'loopback', ...faults });
  real.start();
  return wire;
}

/** What it brings to the host is taken at its end. */
function inEvent(driver: HostDriver, run: () => void): void {
  driver.begin();
  try {
    run();
  } finally {
    driver.end();
  }
}
