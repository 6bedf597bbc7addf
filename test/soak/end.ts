// One end of a connection and the program that uses it. Its octets follow from its ISS, which the other end
// knows as IRS: each octet is checked when it arrives, and one of another connection would show.

import type { Connection, ConnectionHandler, WaitOptions } from '../../src/host/index.ts';
import type { Random, World } from '../../src/sim/index.ts';
import type { TcpError } from '../../src/tcp/index.ts';
import type { Program } from './plan.ts';

/** How a connection may end besides in order. */
const NAMED_ERRORS = new Set([
  'ETIMEDOUT',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOBUFS',
]);

/** Octet `i` of what the end with this ISS sends. */
function octetAt(iss: number, i: number): number {
  return ((Math.imul(i + 1, 0x9e3779b1) ^ iss) >>> 13) & 255;
}

/** What an end knows of its world. */
export interface Surroundings {
  readonly world: World;
  /** Runs what a program of this host does after so long; later, if the host stands still then. */
  after(us: number, act: () => void): void;
  /** When the silence of now, or the next, is over; Infinity: no more comes. */
  silentUntil(): number;
}

/** One end. */
export class End {
  readonly name: string;
  readonly host: number;
  readonly program: Program;
  readonly c: Connection;
  /** Octets that the stack has taken, and octets that the program has got. */
  written = 0;
  received = 0;
  opened = false;
  eof = false;
  finished = false;
  error: string | null = null;
  /** The program went before everything was said. */
  quit = false;
  /** The program has called `end` or `close`: its FIN says that this was all. */
  ending = false;
  /** Its host crashed. */
  dead = false;
  /** What broke a rule of this file, to be thrown by who checks. */
  wrong: string | null = null;
  /** Calls that moved octets. */
  calls = 0;
  /** Silences that it has stayed over. */
  rested = 0;
  /** Its FIN was acknowledged. */
  finAcked = false;
  readonly #around: Surroundings;
  readonly #random: Random;
  /** Silences that may no longer hold it: it has stayed over them, or they will not come. */
  #over = 0;
  /** A program with promises waits for the end of a silence. */
  #onOver: (() => void) | null = null;
  /** All of its writes are done. */
  #said = false;
  #readPaused = false;
  #writePaused = false;
  #begun = false;
  #asleep = false;
  #armed = false;
  #leaving = false;

  constructor(
    around: Surroundings,
    name: string,
    host: number,
    program: Program,
    c: Connection,
    random: Random,
  ) {
    this.#around = around;
    this.name = name;
    this.host = host;
    this.program = program;
    this.c = c;
    this.#random = random;
  }

  get iss(): number {
    return this.c.tcb.snd.iss;
  }
  get irs(): number {
    return this.c.tcb.rcv.irs;
  }
  /** What names this end: its socket and its ISS. */
  get key(): string {
    return `${this.c.localAddress}:${this.c.localPort}:${this.iss}`;
  }
  /** The key of the other end. */
  get peerKey(): string {
    return `${this.c.remoteAddress}:${this.c.remotePort}:${this.irs}`;
  }

  describe(): string {
    const { c, written, received, program } = this;
    const how = [this.eof && 'eof', this.quit && 'quit', this.dead && 'dead', this.error].filter(Boolean);
    return `${this.name} ${c.localAddress}:${c.localPort}->${c.remoteAddress}:${c.remotePort} ${c.state} wrote ${written}/${program.octets} read ${received} leaves by ${program.leave} ${how.join(' ')}`;
  }

  /** What its host is to tell it. */
  readonly handler: ConnectionHandler = {
    open: () => this.#guard(() => this.begin()),
    readable: () => this.#guard(() => this.#read()),
    writable: () => this.#guard(() => this.#write()),
    close: (_, error) => this.#guard(() => this.#closed(error)),
  };

  /** What the stack throws at a program is not to be lost in its callback. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failed(error);
    }
  }

  #after(us: number, act: () => void): void {
    this.#around.after(us, () => {
      if (!this.dead) this.#guard(act);
    });
  }

  /** Waits, in a program with promises. */
  #pause(us: number): Promise<void> {
    return new Promise((resolve) => this.#after(us, () => this.#wake(resolve)));
  }

  #wake(resolve: () => void): void {
    this.#around.world.userWoke();
    resolve();
  }

  /** The connection is ESTABLISHED. */
  begin(): void {
    if (this.#begun || this.dead) return;
    this.#begun = true;
    this.opened = true;
    const { c, program } = this;
    if (program.noDelay) c.setNoDelay();
    if (program.userTimeoutMs > 0) c.setUserTimeout(program.userTimeoutMs);
    this.arm();
    this.#rest();
    if (program.promises) {
      void this.#writeAll().catch((error) => this.#failed(error));
      void this.#readAll().catch((error) => this.#failed(error));
      return;
    }
    if (program.cork) c.cork();
    this.#write();
    this.#read();
  }

  /** Stays over the next silence, if it is to: what is left is written later. */
  #rest(): void {
    const { c, program } = this;
    const us = this.#around.silentUntil() - this.#around.world.now();
    if (program.rests === 0) return;
    if (us === Number.POSITIVE_INFINITY) this.#over = program.rests;
    if (this.#over === program.rests) {
      if (!this.finished) c.setKeepAlive(true);
      return;
    }
    const idleMs = program.restKeepAliveMs;
    if (idleMs === 0) c.setKeepAlive(false);
    else c.setKeepAlive(true, idleMs);
    this.#after(us, () => this.#goOn());
  }

  /** A silence is over. */
  #goOn(): void {
    this.#over++;
    if (!this.finished) {
      this.rested++;
      this.#rest();
    }
    const woken = this.#onOver;
    this.#onOver = null;
    if (woken !== null) this.#wake(woken);
    this.#write();
  }

  /** Octets that may be written before the next silence. */
  get #limit(): number {
    const { octets, rests } = this.program;
    return Math.floor((octets * (this.#over + 1)) / (rests + 1));
  }

  /** From now on the program may lose its patience; also before the connection is open. */
  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    const { leave, quitAfterUs } = this.program;
    if (leave === 'sleep') this.#after(Math.floor(quitAfterUs / 2), () => this.#fallAsleep());
    if (leave === 'abort' || leave === 'end-abort' || leave === 'sleep')
      this.#after(quitAfterUs, () => this.#quit());
  }

  #fallAsleep(): void {
    this.#asleep = true;
  }

  #quit(): void {
    if (this.finished) return;
    this.quit = true;
    if (this.program.leave !== 'sleep') this.c.abort();
    else {
      this.ending = true;
      this.c.close();
    }
  }

  #failed(error: unknown): void {
    const code = (error as TcpError).code;
    if (NAMED_ERRORS.has(code)) {
      this.error ??= code;
      // The Memory was full, the connection stands: this program gives up.
      if (code === 'ENOBUFS' && !this.dead) this.c.abort();
    } else this.wrong ??= String((error as Error).stack ?? error);
  }

  #closed(error: TcpError | null): void {
    if (error !== null) this.#failed(error);
    this.finished = true;
    this.#readPaused = false;
    if (!this.program.promises) this.#read();
  }

  #piece(): Uint8Array {
    const left = this.#limit - this.written;
    const out = new Uint8Array(Math.min(1 + this.#random.int(this.program.mostAtOnce), left));
    const { iss } = this;
    for (let i = 0; i < out.length; i++) out[i] = octetAt(iss, this.written + i);
    return out;
  }

  #write(): void {
    const { c, program } = this;
    if (!this.#begun || this.#leaving || this.#writePaused || this.dead || program.promises) return;
    while (this.written < this.#limit) {
      const piece = this.#piece();
      const taken = c.offer(piece);
      this.calls++;
      this.written += taken;
      if (taken < piece.length) {
        if (program.cork) c.uncork();
        return;
      }
      if (this.#random.chance(program.writePause)) {
        this.#writePaused = true;
        this.#after(program.writePauseUs, () => {
          this.#writePaused = false;
          this.#write();
        });
        return;
      }
    }
    if (program.cork) c.uncork();
    this.#leave();
  }

  /** Everything is written. */
  #leave(): void {
    const { c, program } = this;
    if (this.#over < program.rests) return;
    if (this.#leaving || (program.leave === 'end-last' && !this.eof)) return;
    if (program.leave === 'abort' || program.leave === 'sleep') return;
    this.#leaving = true;
    this.ending = true;
    if (program.leave === 'close') {
      this.quit = true;
      c.close();
      return;
    }
    this.#end().then(
      () => (this.finAcked = true),
      (error) => this.#failed(error),
    );
  }

  /** `end`, and again for who has lost patience: that ends the wait only. */
  async #end(): Promise<void> {
    const { options, ours } = this.#patience();
    try {
      await this.c.end(options);
    } catch (error) {
      if (!ours(error)) throw error;
      await this.c.end();
    }
  }

  #take(chunk: Uint8Array): void {
    const { irs } = this;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === octetAt(irs, this.received + i)) continue;
      this.wrong ??= `octet ${this.received + i} is ${chunk[i]}, was sent as ${octetAt(irs, this.received + i)}`;
      break;
    }
    this.received += chunk.length;
    this.calls++;
  }

  #read(): void {
    const { c, program } = this;
    if (!this.#begun || this.#readPaused || this.#asleep || this.dead || program.promises) return;
    for (;;) {
      const chunk = c.take(program.readAtOnce);
      if (chunk === null) break;
      this.#take(chunk);
      if (this.#random.chance(program.readPause)) {
        this.#readPaused = true;
        this.#after(program.readPauseUs, () => {
          this.#readPaused = false;
          this.#read();
        });
        return;
      }
    }
    if (c.eof && !this.eof) {
      this.eof = true;
      if (this.written === program.octets) this.#leave();
    }
  }

  // The same with promises.

  async #writeAll(): Promise<void> {
    const { program } = this;
    while (this.written < program.octets || this.#over < program.rests) {
      if (this.quit || this.dead) return;
      if (this.written < this.#limit) await this.#writeOne();
      else await new Promise<void>((resolve) => (this.#onOver = resolve));
      if (this.#random.chance(program.writePause)) await this.#pause(program.writePauseUs);
    }
    this.#said = true;
    if (!this.quit && !this.dead) this.#leave();
  }

  async #writeOne(): Promise<void> {
    const { c, program } = this;
    const piece = this.#piece();
    this.written += piece.length;
    this.calls++;
    const { options, ours } = this.#patience();
    try {
      await c.write(piece, { ...options, urgent: program.urgent && this.#random.chance(0.1) });
    } catch (error) {
      // What is not in the send buffer was taken back.
      this.written = c.bytesWritten;
      if (!ours(error)) throw error;
    }
  }

  async #readAll(): Promise<void> {
    const { c, program } = this;
    for (;;) {
      if (this.#asleep || this.dead) return;
      const { options, ours } = this.#patience();
      let chunk: Uint8Array | null;
      try {
        chunk = await c.read({ ...options, max: program.readAtOnce });
      } catch (error) {
        if (!ours(error)) throw error;
        this.calls++;
        continue;
      }
      if (this.dead) return;
      if (chunk === null) break;
      this.#take(chunk);
      if (this.#random.chance(program.readPause)) await this.#pause(program.readPauseUs);
    }
    this.eof = c.eof;
    if (this.#said) this.#leave();
  }

  /** How long a call may wait, and whether an error says that it waited for so long. */
  #patience(): { options: WaitOptions; ours: (error: unknown) => boolean } {
    const { c, program } = this;
    if (!this.#random.chance(program.impatience)) return { options: {}, ours: () => false };
    const us = program.patienceUs;
    if (this.#random.chance(0.5)) {
      const lives = (): boolean => !this.finished && !this.quit && c.error === null;
      return {
        options: { timeout: us / 1000 },
        ours: (error) => (error as TcpError).code === 'ETIMEDOUT' && lives(),
      };
    }
    const controller = new AbortController();
    this.#after(us, () => controller.abort());
    return { options: { signal: controller.signal }, ours: (error) => error === controller.signal.reason };
  }
}
