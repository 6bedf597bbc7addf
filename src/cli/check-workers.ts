// An exhaustive search on several threads: each has a partition of the states (lab/check/search), they send each other
// what they find over ports of their own, and this file is both ends: what starts the threads, and what runs in them.

import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import {
  conduct,
  type Hand,
  type Origin,
  type ParallelOptions,
  Partition,
  type PartitionOptions,
  type SearchResult,
  type Share,
  type System,
} from '../lab/check/search/index.ts';

/** Where a thread finds the system: `name` of module `module` (a URL) is called with `argument`, which is copied. */
export interface SystemSource {
  readonly module: string;
  readonly name: string;
  readonly argument?: unknown;
}

type Order = { readonly kind: 'share' | 'level' } | { readonly kind: 'origin'; readonly state: number };
type Answer = { readonly share: Share } | { readonly origin: Origin };
// Between threads: a batch of states, or the word that no more will come in this level.
type Parcel = Int32Array<ArrayBuffer> | 'end';

interface Setup {
  readonly role: 'synfin-check';
  readonly source: SystemSource;
  readonly me: number;
  readonly options: PartitionOptions;
  /** The port to each other worker; none to itself. */
  readonly ports: readonly (MessagePort | undefined)[];
}

const SLICE = 20_000;

/**
 * Searches on `workers` threads. Counts are those of `search`; see `conduct` for what may differ.
 *
 * @throws whatever the system throws, in whichever thread.
 */
export async function searchInWorkers(
  source: SystemSource,
  workers: number,
  options: ParallelOptions = {},
): Promise<SearchResult> {
  const subject = await systemOf(source);
  const { progress, ...plain } = options;
  const share: PartitionOptions = {
    ...plain,
    maxBytes: (options.maxBytes ?? Number.POSITIVE_INFINITY) / workers,
  };
  const ports = channels(workers);
  const threads: Thread[] = [];
  try {
    for (let me = 0; me < workers; me++) {
      const setup: Setup = { role: 'synfin-check', source, me, options: share, ports: ports[me]! };
      threads.push(new Thread(setup));
    }
    return await conduct(subject, threads, { ...plain, ...(progress === undefined ? {} : { progress }) });
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

// One of the threads, seen from the one that started it. It is asked one thing at a time, or several in order.
class Thread implements Hand {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  #failed: unknown;

  constructor(setup: Setup) {
    const transferList = setup.ports.filter((port) => port !== undefined);
    this.#worker = new Worker(new URL(import.meta.url), { workerData: setup, transferList });
    this.#worker.on('message', (answer: Answer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread of the search has ended')));
  }

  async share(): Promise<Share> {
    return ((await this.#ask({ kind: 'share' })) as { share: Share }).share;
  }

  async level(): Promise<Share> {
    return ((await this.#ask({ kind: 'level' })) as { share: Share }).share;
  }

  async originOf(state: number): Promise<Origin> {
    return ((await this.#ask({ kind: 'origin', state })) as { origin: Origin }).origin;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) return reject(this.#failed);
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(order);
    });
  }

  #fail(error: unknown): void {
    this.#failed ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failed);
  }
}

function channels(workers: number): (MessagePort | undefined)[][] {
  const ports = Array.from({ length: workers }, () =>
    new Array<MessagePort | undefined>(workers).fill(undefined),
  );
  for (let a = 0; a < workers; a++) {
    for (let b = a + 1; b < workers; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  return ports;
}

async function systemOf(source: SystemSource): Promise<System> {
  const make = ((await import(source.module)) as Record<string, unknown>)[source.name];
  if (typeof make !== 'function') throw new TypeError(`${source.module} exports no function ${source.name}`);
  return make(source.argument) as System;
}

// What runs in a thread.
async function work(setup: Setup): Promise<void> {
  const { me, ports } = setup;
  const others = ports.filter((port) => port !== undefined).length;
  const partition = new Partition(
    await systemOf(setup.source),
    me,
    ports.length,
    setup.options,
    (to, batch) => {
      ports[to]!.postMessage(batch, [batch.buffer]);
    },
  );
  // A faster thread may be in the next level already: what it sends waits until this one has begun it too. It cannot
  // be further ahead, because the level after that is begun by nobody before all have answered.
  let level = 0;
  const levelOf = new Array<number>(ports.length).fill(1);
  const early: [from: number, batch: Int32Array][] = [];
  let ended = 0;
  let finished: (() => void) | undefined;
  const take = (from: number, parcel: Parcel): void => {
    if (parcel === 'end') {
      levelOf[from]!++;
      ended++;
      if (ended === others * level) finished?.();
    } else if (levelOf[from]! > level) early.push([from, parcel]);
    else partition.receive(from, parcel);
  };
  for (const [from, port] of ports.entries()) port?.on('message', (parcel: Parcel) => take(from, parcel));

  const expand = async (): Promise<Share> => {
    level++;
    partition.beginLevel();
    for (const [from, batch] of early.splice(0)) partition.receive(from, batch);
    while (!partition.expand(SLICE)) {
      for (const [from, port] of ports.entries()) {
        if (port === undefined) continue;
        for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
          take(from, got.message as Parcel);
        }
      }
    }
    for (const port of ports) port?.postMessage('end');
    if (ended < others * level) {
      await new Promise<void>((resolve) => {
        finished = resolve;
      });
    }
    finished = undefined;
    return partition.share();
  };

  parentPort!.on('message', (order: Order) => {
    if (order.kind === 'origin')
      parentPort!.postMessage({ origin: partition.originOf(order.state) } satisfies Answer);
    else if (order.kind === 'share') parentPort!.postMessage({ share: partition.share() } satisfies Answer);
    else void expand().then((share) => parentPort!.postMessage({ share } satisfies Answer));
  });
}

if (!isMainThread && (workerData as Partial<Setup> | null)?.role === 'synfin-check')
  await work(workerData as Setup);
