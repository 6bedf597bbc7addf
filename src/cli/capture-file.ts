// The file that a capture goes to. What cannot be written (a full disk, a quota, a file that was taken away) ends
// the capture and nothing else: it is told once, and whoever is being recorded goes on.

import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that takes octets until it cannot. */
export class CaptureFile {
  readonly #onFailed: (error: Error) => void;
  #fd: number | null;

  /** `onFailed` is called once, when a write failed. Throws what opening the file throws. */
  constructor(path: string, onFailed: (error: Error) => void) {
    this.#onFailed = onFailed;
    this.#fd = openSync(path, 'w');
  }

  /** False when nothing is recorded any more. */
  get recording(): boolean {
    return this.#fd !== null;
  }

  /** Appends all of `octets`, however little the system takes at once. Never throws. */
  write(octets: Uint8Array): void {
    try {
      for (let at = 0; this.#fd !== null && at < octets.length; )
        at += writeSync(this.#fd, octets, at, octets.length - at);
    } catch (error) {
      this.close();
      this.#onFailed(error as Error);
    }
  }

  /** Never throws: some file systems tell only here that the disk is full. */
  close(): void {
    const fd = this.#fd;
    this.#fd = null;
    if (fd === null) return;
    try {
      closeSync(fd);
    } catch (error) {
      this.#onFailed(error as Error);
    }
  }
}
