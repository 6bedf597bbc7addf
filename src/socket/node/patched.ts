// One thing that `register` changes in Node: what it is told, what it says of itself, and how it is taken back.

import type { Host } from '../../host/index.ts';
import type { NameRedirects } from './names/index.ts';
import type { Redirects } from './places.ts';

/** What a patch knows of its registration. */
export interface PatchContext {
  /** The host of code that runs on none in particular. */
  readonly host: Host;
  /** What is synfin's: nothing any more, after `undo`. */
  readonly redirects: Redirects;
  /** Which names are synfin's: none any more, after `undo`. */
  readonly names: NameRedirects;
}

/** Something that was changed. */
export interface Patched {
  /** Its name, for people: `tls.connect`. */
  readonly what: string;
  undo(): void;
}

/**
 * Changes one place of Node, and yields what it has done after each step, so that all of it can be taken back when
 * a later one throws. May throw a MissingInternalError.
 */
export type Patch = (context: PatchContext) => Iterable<Patched>;

type Class = new (...args: never[]) => object;

/**
 * What a module of Node has in the place of `Kernel` from then on, for good: it makes one of ours, or, when the
 * registration was taken back, one of the kernel. Both are instances of it.
 */
export function inPlaceOf<K extends Class>(
  Kernel: K,
  Ours: Class,
  redirects: Redirects,
  make: (...args: ConstructorParameters<K>) => object,
): K {
  const isInstance = (value: unknown): boolean => value instanceof Ours || value instanceof Kernel;
  return new Proxy(Kernel, {
    construct: (_target, args: ConstructorParameters<K>) =>
      redirects.isNone ? new Kernel(...args) : make(...args),
    get: (target, name, receiver): unknown =>
      name === Symbol.hasInstance ? isInstance : Reflect.get(target, name, receiver),
  });
}

/**
 * Puts `method` in the place of what `object` has as `name`. Taken back, the original is there again; where somebody
 * else has wrapped ours meanwhile, theirs stays: what it calls finds nothing redirected any more.
 */
export function replaced(
  what: string,
  object: object,
  name: string | symbol,
  method: (...args: never[]) => unknown,
): Patched {
  const members = object as Record<string | symbol, unknown>;
  const original = members[name];
  members[name] = method;
  return {
    what,
    undo: () => {
      if (members[name] === method) members[name] = original;
    },
  };
}
