// synfin: TCP in TypeScript. Everything that runs in any JavaScript engine; TUN is at 'synfin/link/tun'.

// Both folders say the same of these; links do not import hosts.
export type { Clock, Transmit } from './host/index.ts';
export * from './host/index.ts';
export * from './link/index.ts';
export * from './sim/index.ts';
export * from './tcp/index.ts';
export * from './wire/index.ts';
