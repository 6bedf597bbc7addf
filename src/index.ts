// synfin: TCP in TypeScript. Everything that runs in any JavaScript engine; TUN is at 'synfin/link/tun'.

export * from './host/index.ts';
export * from './link/index.ts';
export * from './tcp/index.ts';
export * from './wire/index.ts';
