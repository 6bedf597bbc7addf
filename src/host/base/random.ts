// The randomness of a host: keys, initial sequence numbers, ports and MACs come of it. A CSPRNG, unless runs
// have to repeat.

import { OptionTypeError } from '../../options/index.ts';

/** Words taken from the platform at once: a call costs the same for one as for many. */
const BATCH = 256;

/** What a host needs of Web Crypto, which Node, Bun, Deno, browsers and workers have. */
interface Crypto {
  getRandomValues(words: Int32Array): unknown;
}

/**
 * 32 random bits at each call, from the platform's CSPRNG.
 * @throws Error when the platform has none
 */
export function platformRandom(): () => number {
  const { crypto } = globalThis as unknown as { crypto?: Crypto };
  if (crypto === undefined)
    throw new Error('Host: this platform has no crypto.getRandomValues: give `random` a CSPRNG of its own');
  const words = new Int32Array(BATCH);
  let next = BATCH;
  return () => {
    if (next === BATCH) {
      crypto.getRandomValues(words);
      next = 0;
    }
    const word = words[next] as number;
    words[next++] = 0; // what was given away is nobody else's to read
    return word;
  };
}

const ADVICE =
  'leave it out (the host then uses the CSPRNG of the platform), or write () => crypto.getRandomValues(new Uint32Array(1))[0]; ' +
  'where runs must repeat, () => dice.nextUint32() of a `Random`';

/**
 * `random` with every draw checked and made an int32: a fraction, as Math.random gives, would be 0 each time.
 * @throws OptionTypeError at once for Math.random and for what is no function, else with the first bad draw
 */
export function checkedRandom(random: () => number): () => number {
  if (typeof random !== 'function') refuse(`is no function`);
  if (random === Math.random) refuse('is Math.random, whose fractions are no 32-bit integers');
  return () => {
    const word = random();
    if (!Number.isInteger(word) || word < -(2 ** 31) || word >= 2 ** 32)
      refuse(`must give 32-bit integers, and gave ${String(word)}`);
    return word | 0;
  };
}

function refuse(what: string): never {
  throw new OptionTypeError('ERR_INVALID_ARG_VALUE', 'random', `Host: random ${what}: ${ADVICE}`);
}

/** A random Ethernet address: unicast, locally administered (IEEE 802 section 8.2). */
export function randomMac(random: () => number): { hi: number; lo: number } {
  return { hi: (random() & 0xfcff) | 0x0200, lo: random() };
}
