// The ladder of `synfin connect --ladder`, on standard error: synfin at the left, the kernel of this machine
// at the right. Our states are the engine's; the kernel's are asked for after every segment.

import { randomInt } from 'node:crypto';
import { release } from 'node:os';
import type { Host } from '../host/index.ts';
import { LadderRows, TerminalLadder, type TraceEnd, TraceRecorder } from '../lab/index.ts';
import { type AttachOptions, kernelStateOf, networkAddress } from '../link/tun/index.ts';
import type { Io } from './command.ts';
import type { NetworkSettings } from './network.ts';
import { columnsOf, hasUnicode, wantsColour } from './terminal.ts';

/** Draws one connection while it happens. */
export class ConnectLadder {
  /** The connection must have this port. */
  readonly localPort = randomInt(49_152, 65_536);
  readonly watch: NonNullable<AttachOptions['watch']>;
  readonly #recorder: TraceRecorder;

  constructor(settings: NetworkSettings, address: string, port: number, io: Io) {
    const ours = networkAddress(settings.addresses, address);
    const [major, minor] = release().split('.');
    const ends: Readonly<Record<'left' | 'right', TraceEnd>> = {
      left: { name: 'synfin', address: ours, port: this.localPort, states: 'engine' },
      right: { name: `Linux ${major}.${minor}`, address, port, states: 'observed' },
    };
    const tuple = {
      localAddress: address,
      localPort: port,
      remoteAddress: ours,
      remotePort: this.localPort,
    };
    const { stderr, lang } = io;
    const { env } = process;
    const rows = new LadderRows({ lang });
    const ladder = new TerminalLadder({
      ends,
      lang,
      width: columnsOf(stderr, env),
      ascii: !hasUnicode(env),
      colour: wantsColour(stderr, env),
    });
    const print = (lines: readonly string[]): void => {
      for (const line of lines) stderr.write(`${line}\n`);
    };
    const observe = { right: () => kernelStateOf(tuple) };
    print(ladder.head());
    this.#recorder = new TraceRecorder({
      ends,
      begin: { left: 'CLOSED', right: observe.right() },
      now: () => performance.now() * 1000,
      observe,
      capacity: 0, // drawn and forgotten
      onEvent: (event) => {
        for (const row of rows.push(event)) print(ladder.row(row));
      },
    });
    this.watch = { tap: this.#recorder.wireTap, written: () => this.#recorder.processed('right') };
  }

  /** To be called before the host's first packet. */
  tap(host: Host): void {
    host.tap = this.#recorder.hostTap('left');
  }

  /** Draws what waited for something to come with it. */
  end(): void {
    this.#recorder.flush();
  }
}
