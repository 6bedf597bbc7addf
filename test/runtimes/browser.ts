// The program in a browser: once in the page, once in a worker of it.

import { type Found, realTime } from './program.ts';

/** A worker's global object, or a page's. */
const here = globalThis as unknown as {
  readonly document?: unknown;
  postMessage(message: unknown): void;
  page?: Promise<Found>;
};

if (here.document === undefined) realTime().then((found) => here.postMessage(found));
else here.page = realTime();
