// Opens captures: files, patterns, standard input; unpacks gzip and zstd; and says how far it has come.

import { globSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type CaptureAnalyser, compressionOf } from '../capture/index.ts';
import { UsageError } from './command.ts';
import { Garbage } from './garbage.ts';

const PIECE = 1 << 20;
/** Smaller files are read before anybody looks. */
const PROGRESS_OCTETS = 50e6;
const PROGRESS_MS = 200;

/**
 * The files that arguments name: as they stand (a pipe with a name, such as `<(…)` of a shell, is one, too), or as patterns
 * (`*.pcap`), in order of their names.
 */
export function captureFiles(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (name === '-' || isFile(name)) return [name];
    const found = /[*?[{]/.test(name) ? globSync(name).filter(isFile).sort() : [];
    if (found.length === 0) throw new UsageError('readNoFile', { text: name });
    return found;
  });
}

function isFile(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() === false;
}

/** Octets of the files together, where they are known. */
function sizeOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (name === '-' ? 0 : statSync(name).size), 0);
}

/** A bar on a terminal: how much, how fast. */
export class Progress {
  readonly #out: Writable;
  readonly #total: number;
  readonly #begun = performance.now();
  readonly #shows: boolean;
  #done = 0;
  #next = 0;

  constructor(out: Writable, total: number) {
    this.#out = out;
    this.#total = total;
    this.#shows = (out as { isTTY?: boolean }).isTTY === true && (total === 0 || total > PROGRESS_OCTETS);
  }

  add(octets: number): void {
    this.#done += octets;
    const now = performance.now();
    if (!this.#shows || now < this.#next) return;
    this.#next = now + PROGRESS_MS;
    const rate = this.#done / 1e6 / Math.max(0.001, (now - this.#begun) / 1000);
    const share = this.#total > 0 ? Math.min(1, this.#done / this.#total) : 0;
    const bar = this.#total > 0 ? `[${'#'.repeat(Math.round(share * 30)).padEnd(30)}] ` : '';
    this.#out.write(`\r${bar}${(this.#done / 1e6).toFixed(0)} MB, ${rate.toFixed(0)} MB/s `);
  }

  end(): void {
    if (this.#shows && this.#next > 0) this.#out.write('\r\x1b[K');
  }
}

/**
 * Reads captures one after the other into an analyser: the frames of each. What the system does not let be read is told to
 * `refused`, has null, and the others are read.
 */
export async function readCaptures(
  names: readonly string[],
  analyser: CaptureAnalyser,
  stdin: Readable,
  stderr: Writable,
  refused: (name: string, error: Error) => void,
): Promise<(number | null)[]> {
  const progress = new Progress(stderr, sizeOf(names));
  const frames: (number | null)[] = [];
  for (const [n, name] of names.entries()) {
    if (n > 0) analyser.nextFile();
    let error: Error | null = null;
    try {
      await readOne(name === '-' ? stdin : name, analyser, progress);
    } catch (caught) {
      if (!isOfSystem(caught)) throw caught;
      error = caught;
    } finally {
      progress.end();
    }
    if (error !== null) refused(name, error);
    frames.push(error === null ? analyser.info.frames : null);
  }
  return frames;
}

/** What the system refuses is the user's to know; what zlib refuses is said of the file. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && /^E[A-Z0-9]+$/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** The octets of a file; every piece is in the same memory as the one before. */
async function* piecesOf(name: string): AsyncGenerator<Uint8Array> {
  const file = await open(name);
  try {
    const buffer = new Uint8Array(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function readOne(
  source: Readable | string,
  analyser: CaptureAnalyser,
  progress: Progress,
): Promise<void> {
  const pieces = (
    typeof source === 'string' ? piecesOf(source) : source[Symbol.asyncIterator]()
  ) as AsyncIterator<Uint8Array>;
  const first: Uint8Array[] = [];
  let length = 0;
  // A pipe may bring a single octet.
  while (length < 4) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    first.push(value.slice());
    length += value.length;
  }
  const head = Buffer.concat(first);
  progress.add(head.length);
  async function* all(): AsyncGenerator<Uint8Array> {
    yield head;
    for (;;) {
      const { value, done } = await pieces.next();
      if (done === true) return;
      progress.add(value.length);
      yield value;
    }
  }
  const compression = compressionOf(head);
  try {
    if (compression === null) await consume(all(), analyser);
    else {
      const unpack = compression === 'gzip' ? createGunzip() : createZstdDecompress();
      // What is unpacked is still needed when the next piece is asked for.
      async function* kept(): AsyncGenerator<Uint8Array> {
        for await (const piece of all()) yield piece.slice();
      }
      await pipeline(kept, unpack, (unpacked) => consume(unpacked as AsyncIterable<Uint8Array>, analyser));
    }
  } catch (error) {
    if (compression === null || isOfSystem(error)) throw error;
    if (!analyser.stopped) analyser.report('damagedCompression', { message: (error as Error).message });
  } finally {
    if (typeof source === 'string') await pieces.return?.();
    else if (source !== process.stdin) source.destroy();
  }
}

async function consume(pieces: AsyncIterable<Uint8Array>, analyser: CaptureAnalyser): Promise<void> {
  const garbage = new Garbage();
  for await (const piece of pieces) {
    analyser.push(piece);
    garbage.look();
    if (analyser.stopped) return;
  }
}
