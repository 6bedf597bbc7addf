// The platform's Request and Response, said so that our types stand where neither DOM nor Node types are.

import type { PlatformReadable } from '../../host/index.ts';

/** What a Request and a Response have in common, as far as it is said here. */
export interface MessageLike {
  readonly headers: Iterable<[string, string]> & { get(name: string): string | null };
  readonly body: PlatformReadable | null;
  readonly bodyUsed: boolean;
  text(): Promise<string>;
  json(): Promise<unknown>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A Request (Fetch Standard section 5.4), as far as it is said here. */
export interface RequestLike extends MessageLike {
  readonly method: string;
  readonly url: string;
}

/** A Response (Fetch Standard section 5.5), as far as it is said here. */
export interface ResponseLike extends MessageLike {
  readonly status: number;
  readonly statusText: string;
}

/** The platform's Request. */
export type PlatformRequest = typeof globalThis extends { Request: { prototype: infer R } } ? R : RequestLike;

/** The platform's Response. */
export type PlatformResponse = typeof globalThis extends { Response: { prototype: infer R } }
  ? R
  : ResponseLike;

/** The platform's second argument of `fetch`. */
export type PlatformRequestInit = typeof globalThis extends {
  Request: new (input: never, init?: infer I) => unknown;
}
  ? I
  : object;
