// The door of the TLA+ model of TCP.

export * from './refines.ts';
export * from './tcp-model.ts';
