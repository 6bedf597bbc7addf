// The door of the TLA+ model of TCP.

export * from './tcp-model.ts';
