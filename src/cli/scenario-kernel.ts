// A scenario with the kernel of this machine at one end, in real time: a TUN interface in a network namespace
// of our own, the scenario's wire with its faults in front of it, and node:net for its programs. Its states are
// what sock_diag(7) says after every segment.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { release } from 'node:os';
import {
  ADDRESSES,
  type End,
  FIRST_PORT,
  otherEnd,
  type Participant,
  type ProgramAction,
  parseEdit,
  portsOf,
  type Scenario,
  SERVICE_PORT,
  Stage,
  type Trace,
} from '../lab/index.ts';
import { configureInterface, kernelStateOf, openTun } from '../link/tun/index.ts';
import { RealtimeDriver, World } from '../sim/index.ts';
import { rfc9293, type StateName } from '../tcp/index.ts';
import { KernelPort, realPlatform } from './kernel-port.ts';

/** How a scenario is played. */
export interface KernelRunOptions {
  /** Which end the kernel is. A kernel does not crash for us. */
  readonly kernel: End;
  readonly edits?: readonly string[];
  /** Our MSL, milliseconds; the kernel's cannot be set. */
  readonly mslMs: number;
  /** Real time, milliseconds. */
  readonly delayMs: number;
  readonly untilMs: number;
}

/** A program of the kernel's end that cannot do what the scenario asks for. */
export class KernelProgramError extends Error {
  readonly code = 'ERR_LAB_KERNEL';
  constructor(what: string) {
    super(`the kernel's end cannot ${what}: choose the other end for the kernel`);
    this.name = 'KernelProgramError';
  }
}

/**
 * Plays a scenario until `untilMs`. Must run in a network namespace of our own.
 * @throws KernelProgramError, TunError, EditError
 */
export async function playOnKernel(scenario: Scenario, options: KernelRunOptions): Promise<Trace> {
  const { kernel, mslMs, delayMs, untilMs } = options;
  for (const step of scenario.steps) {
    if ((step.do === 'crash' || step.do === 'reboot') && step.end === kernel)
      throw new KernelProgramError(step.do);
  }
  const world = new World();
  const device = await openTun({ memory: world.memory });
  const here = ADDRESSES[kernel];
  const { local, remote } = portsOf(kernel, 0);
  const tuple = {
    localAddress: here,
    localPort: local,
    remoteAddress: ADDRESSES[otherEnd(kernel)],
    remotePort: remote,
  };
  let program: KernelProgram | null = null;
  try {
    await configureInterface({ name: device.name, addresses: [{ address: here, prefix: 24 }] });
    const driver = new RealtimeDriver(world, realPlatform);
    const port = new KernelPort(device, () => stage.recorder.processed(kernel));
    const [major, minor] = release().split('.');
    const listens = kernel === 'right' && scenario.setup.listen !== null;
    const server = listens ? await listen(here) : null;
    const stage: Stage = new Stage(scenario.setup, {
      seed: (Date.now() ^ process.pid) >>> 0, // the kernel remembers tuples
      mslMs,
      delayMs,
      rules: rfc9293,
      world,
      foreign: {
        end: kernel,
        name: `Linux ${major}.${minor}`,
        port,
        observe: connectionState(() => kernelStateOf(tuple)),
        program: (of) => {
          program = new KernelProgram(of, kernel, driver, server);
          return program;
        },
      },
    });
    const steps = [...scenario.steps];
    for (const text of [...(scenario.faults ?? []), ...(options.edits ?? [])]) {
      const edit = parseEdit(text);
      if (edit.kind === 'rule') stage.wire.rule(edit.rule);
      else steps.push(edit.step);
    }
    device.onPackets({
      receive(off, len) {
        driver.sync();
        port.send(off, len);
      },
      batchEnd: () => driver.kick(),
    });
    stage.begin(steps);
    driver.start();
    await new Promise((resolve) => setTimeout(resolve, untilMs));
    driver.sync();
    driver.stop();
    return stage.recorder.trace();
  } finally {
    (program as KernelProgram | null)?.dispose();
    device.close();
  }
}

/**
 * The state of a connection, from what is found at its addresses: once there was a connection, a listener that is found
 * in its place says that it is gone. Only a half-open connection returns to LISTEN (RFC 9293 section 3.10.7.4).
 */
export function connectionState(find: () => StateName): () => StateName {
  let last: StateName = 'LISTEN';
  return () => {
    const found = find();
    const gone = found === 'LISTEN' && last !== 'LISTEN' && last !== 'SYN-RECEIVED';
    last = gone ? 'CLOSED' : found;
    return last;
  };
}

async function listen(address: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(SERVICE_PORT, address);
  await once(server, 'listening');
  return server;
}

/** Sockets of the kernel that do what a scenario says. */
class KernelProgram implements Participant {
  readonly #stage: Stage;
  readonly #end: End;
  readonly #driver: RealtimeDriver;
  readonly #server: Server | null;
  readonly #sockets = new Map<number, Socket>();
  readonly #seen = new Map<number, { read: number; eof: boolean }>();

  constructor(stage: Stage, end: End, driver: RealtimeDriver, server: Server | null) {
    this.#stage = stage;
    this.#end = end;
    this.#driver = driver;
    this.#server = server;
    server?.on('connection', (socket) => {
      const connection = (socket.remotePort ?? FIRST_PORT) - FIRST_PORT;
      this.#told(() => this.#say('accept', connection));
      this.#hold(socket, connection);
    });
  }

  seen(connection: number): { read: number; eof: boolean } {
    const seen = this.#seen.get(connection) ?? { read: 0, eof: false };
    this.#seen.set(connection, seen);
    return seen;
  }

  mayAccept(): void {} // node:net does
  forget(): void {}
  tcb(): null {
    return null;
  }
  queues(): null {
    return null;
  }

  act(action: ProgramAction): void {
    const connection = 'connection' in action ? (action.connection ?? 0) : 0;
    const socket = this.#sockets.get(connection);
    switch (action.do) {
      case 'listen':
        this.#say('listen', 0); // it does already
        this.#stage.recorder.observed(this.#end);
        break;
      case 'connect':
        this.#connect(connection);
        break;
      case 'write': {
        const text = typeof action.what === 'string' ? action.what : 'a'.repeat(action.what);
        this.#say('write', connection, Buffer.byteLength(text), text.slice(0, 200));
        socket?.write(text);
        break;
      }
      case 'shutdown':
        this.#say('shutdown', connection);
        socket?.end();
        break;
      case 'close':
        this.#say('close', connection);
        socket?.destroy();
        break;
      case 'abort':
        this.#say('abort', connection);
        socket?.resetAndDestroy();
        break;
      default:
        throw new KernelProgramError(action.do);
    }
  }

  dispose(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#server?.close();
  }

  #connect(connection: number): void {
    this.#say('connect', connection);
    const { local, remote } = portsOf(this.#end, connection);
    const socket = connect({
      host: ADDRESSES[otherEnd(this.#end)],
      port: remote,
      localAddress: ADDRESSES[this.#end],
      localPort: local,
      allowHalfOpen: true,
    });
    socket.once('connect', () => this.#told(() => this.#say('connected', connection)));
    this.#hold(socket, connection);
  }

  #hold(socket: Socket, connection: number): void {
    this.#sockets.set(connection, socket);
    const seen = this.seen(connection);
    socket.on('data', (chunk) => {
      seen.read += chunk.length;
      this.#told(() => this.#say('read', connection, chunk.length, String(chunk).slice(0, 200)));
    });
    socket.on('end', () => {
      seen.eof = true;
      this.#told(() => this.#say('eof', connection));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#told(() => this.#say('error', connection, null, error.code ?? ''));
    });
  }

  /** The kernel told a program something, now. */
  #told(say: () => void): void {
    this.#driver.sync();
    say();
    this.#stage.look();
    this.#driver.kick();
  }

  #say(
    call: Parameters<Stage['recorder']['call']>[1],
    connection: number,
    octets: number | null = null,
    text: string | null = null,
  ): void {
    const index = this.#stage.recorder.connection(FIRST_PORT + connection, SERVICE_PORT);
    this.#stage.recorder.call(this.#end, call, octets, text, Math.max(0, index));
  }
}
