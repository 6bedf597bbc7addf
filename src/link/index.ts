// The door of `link`: where packets go. What needs a platform (TUN devices) has a door of its own.

export * from './pcapng.ts';
