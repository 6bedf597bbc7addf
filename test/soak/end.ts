// One end of a connection and the program that uses it. Its octets follow from its ISS, which the other end
// knows as IRS: each octet is checked when it arrives, and one of another connection would show.

import type { Connection, ConnectionHandler } from '../../src/host/index.ts';
import type { Action, Random, World } from '../../src/sim/index.ts';
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

/** Something that runs later. */
class Later implements Action {
  readonly #act: () => void;
  constructor(act: () => void) {
    this.#act = act;
  }
  run(): void {
    this.#act();
  }
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
  /** Its FIN was acknowledged. */
  finAcked = false;
  readonly #world: World;
  readonly #random: Random;
  #readPaused = false;
  #writePaused = false;
  #begun = false;
  #asleep = false;
  #armed = false;
  #leaving = false;

  constructor(world: World, name: string, host: number, program: Program, c: Connection, random: Random) {
    this.#world = world;
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
    this.#world.schedule(
      this.#world.now() + us,
      new Later(() => {
        if (!this.dead) this.#guard(act);
      }),
    );
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
    if (program.promises) {
      void this.#writeAll().catch((error) => this.#failed(error));
      void this.#readAll().catch((error) => this.#failed(error));
      return;
    }
    if (program.cork) c.cork();
    this.#write();
    this.#read();
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
    const left = this.program.octets - this.written;
    const out = new Uint8Array(Math.min(1 + this.#random.int(this.program.mostAtOnce), left));
    const { iss } = this;
    for (let i = 0; i < out.length; i++) out[i] = octetAt(iss, this.written + i);
    return out;
  }

  #write(): void {
    const { c, program } = this;
    if (!this.#begun || this.#leaving || this.#writePaused || this.dead || program.promises) return;
    while (this.written < program.octets) {
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
    if (this.#leaving || (program.leave === 'end-last' && !this.eof)) return;
    if (program.leave === 'abort' || program.leave === 'sleep') return;
    this.#leaving = true;
    this.ending = true;
    if (program.leave === 'close') {
      this.quit = true;
      c.close();
      return;
    }
    c.end().then(
      () => (this.finAcked = true),
      (error) => this.#failed(error),
    );
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
    const { c, program } = this;
    while (this.written < program.octets) {
      if (this.quit || this.dead) return;
      const piece = this.#piece();
      this.written += piece.length;
      this.calls++;
      await c.write(piece, { urgent: program.urgent && this.#random.chance(0.1) });
      if (this.#random.chance(program.writePause)) await this.#world.sleep(program.writePauseUs);
    }
    if (!this.quit && !this.dead) this.#leave();
  }

  async #readAll(): Promise<void> {
    const { c, program } = this;
    for (;;) {
      if (this.#asleep || this.dead) return;
      const chunk = await c.read(program.readAtOnce);
      if (this.dead) return;
      if (chunk === null) break;
      this.#take(chunk);
      if (this.#random.chance(program.readPause)) await this.#world.sleep(program.readPauseUs);
    }
    this.eof = c.eof;
    if (this.written === program.octets) this.#leave();
  }
}
