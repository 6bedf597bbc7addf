// Randomness of programs on hosts: seeded, for each life of a host. What OpenSSL takes for itself (keys, nonces of TLS)
// stays random.

import { currentLife, type Life } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

type Method = (...args: never[]) => unknown;
type Checks = (...args: unknown[]) => unknown;
type Callback = (error: null, result: unknown) => void;

/** From now on hosts draw from the seed. */
export function installRandom(changes: Changes): void {
  const crypto = nodeModule('crypto') as unknown as Record<string, Method>;
  const web = globalThis.crypto as unknown as Record<string, Method>;
  /** Ours inside of hosts, and theirs elsewhere. */
  const inHost = (theirs: Method, ours: (life: Life, ...args: never[]) => unknown): Method =>
    function (this: unknown, ...args: never[]) {
      const life = currentLife();
      if (life === null) return theirs.apply(this, args);
      life.loop.observe?.('randomness', life.name);
      return ours(life, ...args);
    };
  const put = (
    object: Record<string, Method>,
    name: string,
    ours: (life: Life, ...args: never[]) => unknown,
  ): void => changes.put(object, name, inHost(object[name] as Method, ours));

  put(Math as unknown as Record<string, Method>, 'random', ({ random }) => random.float());
  put(crypto, 'randomBytes', (life, size: number, done?: Callback) =>
    told(fill(life, Buffer.alloc(size)), done),
  );
  // Node checks the arguments: where it would throw, it throws.
  const { randomFillSync, randomInt } = crypto as { randomFillSync: Checks; randomInt: Checks };
  const { getRandomValues } = web as { getRandomValues: Checks };
  const filled = (life: Life, view: ArrayBufferView | ArrayBuffer, from?: number, size?: number): unknown => {
    randomFillSync(view, from, size);
    // In elements of the view.
    const { BYTES_PER_ELEMENT: unit = 1 } = view as { BYTES_PER_ELEMENT?: number };
    const begin = (from ?? 0) * unit;
    fill(life, octetsOf(view).subarray(begin, size === undefined ? undefined : begin + size * unit));
    return view;
  };
  put(crypto, 'randomFillSync', filled);
  put(crypto, 'randomFill', (life, view: ArrayBufferView, ...rest: unknown[]) => {
    const done = rest.pop() as Callback;
    return told(filled(life, view, ...(rest as number[])), done);
  });
  put(crypto, 'randomInt', (life, low: number, high?: number | Callback, done?: Callback) => {
    const [from, to] = typeof high === 'number' ? [low, high] : [0, low];
    randomInt(from, to);
    const range = to - from;
    const offset = range <= 2 ** 32 ? life.random.int(range) : Math.floor(life.random.float() * range);
    return told(from + offset, typeof high === 'function' ? high : done);
  });
  put(crypto, 'randomUUID', uuid);
  // crypto.getRandomValues, which cannot be replaced, asks this one.
  put(web, 'getRandomValues', (life, view: ArrayBufferView) => {
    getRandomValues.call(globalThis.crypto, view);
    return fill(life, view);
  });
  put(web, 'randomUUID', uuid);
}

function octetsOf(view: ArrayBufferView | ArrayBuffer): Uint8Array {
  return view instanceof ArrayBuffer
    ? new Uint8Array(view)
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function fill<T extends ArrayBufferView | ArrayBuffer>({ random }: Life, view: T): T {
  const octets = octetsOf(view);
  for (let i = 0; i < octets.length; i++) octets[i] = random.nextUint32() >>> 24;
  return view;
}

/** RFC 9562 section 5.4. */
function uuid(life: Life): string {
  const octets = fill(life, Buffer.alloc(16));
  octets.writeUInt8((octets.readUInt8(6) & 0x0f) | 0x40, 6);
  octets.writeUInt8((octets.readUInt8(8) & 0x3f) | 0x80, 8);
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function told<T>(result: T, done: Callback | undefined): T | undefined {
  if (done === undefined) return result;
  process.nextTick(done, null, result);
  return undefined;
}
