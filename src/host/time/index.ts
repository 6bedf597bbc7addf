// The door of time: clocks, what drives a host by one, the timing wheel, and what calls of programs wait with.

export { type Clock, checkedClock, RealClock, type TimeSource } from './clock.ts';
export { type Driven, HostDriver } from './driver.ts';
export { nextTurn, platformTimers, soon, type TimerPlatform } from './platform.ts';
export { TimingWheel } from './timing-wheel.ts';
export { endsByOptions, Waiter, type WaitOptions, Waits, waitKinds, waitSchema } from './waits.ts';
