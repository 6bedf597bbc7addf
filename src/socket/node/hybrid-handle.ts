// The TCP handle that `register` puts in the place of Node's: synfin's for the addresses that are synfin's, the
// kernel's for all others. Which it is shows only when it is bound or connected.

import type { Host } from '../../host/index.ts';
import { ANY_4, ANY_6, type SocketName, unmapped } from './addresses.ts';
import { nodeReinitialize, ownerOf } from './internals.ts';
import { currentHost, currentPlace, onPlace, type Redirects } from './places.ts';
import { HandleType, type TcpHandle, tcpHandleClass } from './tcp-handle.ts';
import type { ConnectReq } from './tcp-state.ts';

/** A handle of the kernel, as far as it is handed on to. */
export interface KernelHandle extends Record<string, unknown> {
  onconnection?: (status: number, handle?: object) => void;
  bind(address: string, port: number, flags?: number): number;
  bind6(address: string, port: number, flags?: number): number;
  listen(backlog: number): number;
  connect(req: object, address: string, port: number): number;
  connect6(req: object, address: string, port: number): number;
  getsockname(out: SocketName): number;
  close(callback?: () => void): void;
  ref(): void;
  unref(): void;
}

/** Node's own class. */
export type KernelHandleClass = new (type: number) => KernelHandle;

/** What `register` decides with. */
export interface Registry {
  readonly redirects: Redirects;
  /** The host of code that runs on none in particular. */
  readonly host: Host;
  readonly Kernel: KernelHandleClass;
}

/** A constructor that takes what Node's does: the type. */
export type HybridHandleClass = new (type: number) => TcpHandle;

/** Made for one registration. */
export function hybridHandleClass({ redirects, host, Kernel }: Registry): HybridHandleClass {
  const Ours = tcpHandleClass();
  /** Whether this code has been told which host it runs on. */
  const isPlaced = (): boolean => currentHost() !== null && !redirects.isOver;
  const isOurs = (address: string): boolean => redirects.has(address) || isPlaced();
  return class TCP extends Ours {
    /** A server that is the kernel's. */
    #kernel: KernelHandle | null = null;
    #bound: { address: string; port: number; flags: number; isSix: boolean } | null = null;
    #isUnref = false;
    /** What it accepts runs there, too. */
    readonly #place = currentPlace() ?? { host };

    constructor(type: number) {
      super(currentHost() ?? host, type);
    }

    override bind(address: string, port: number, flags = 0): number {
      return this.#bindHere(address, port, flags, false) ?? super.bind(address, port, flags);
    }

    override bind6(address: string, port: number, flags = 0): number {
      return this.#bindHere(address, port, flags, true) ?? super.bind6(address, port, flags);
    }

    /** The kernel's answer for a server that is its; null where synfin's is wanted. */
    #bindHere(address: string, port: number, flags: number, isSix: boolean): number | null {
      this.#bound = { address, port, flags, isSix };
      if (this.type !== HandleType.SERVER || redirects.hasLocal(address) || isPlaced()) return null;
      const kernel = new Kernel(HandleType.SERVER);
      const status = isSix ? kernel.bind6(address, port, flags) : kernel.bind(address, port, flags);
      if (status !== 0) {
        kernel.close();
        return status;
      }
      if (this.#isUnref) kernel.unref();
      this.#kernel = kernel;
      return 0;
    }

    override listen(backlog: number): number {
      const kernel = this.#kernel;
      if (kernel === null) return super.listen(backlog);
      kernel.onconnection = (status, handle) => this.onconnection?.(status, handle as TcpHandle);
      return kernel.listen(backlog);
    }

    override forAccepted(): TcpHandle {
      return onPlace(this.#place, () => new TCP(HandleType.SOCKET));
    }

    override getsockname(out: SocketName): number {
      return this.#kernel === null ? super.getsockname(out) : this.#kernel.getsockname(out);
    }

    override close(callback?: () => void): void {
      if (this.#kernel === null) super.close(callback);
      else this.#kernel.close(callback === undefined ? undefined : () => callback.call(this));
    }

    override connect(req: ConnectReq, address: string, port: number): number {
      if (isOurs(address)) return super.connect(req, address, port);
      return this.#toKernel((kernel) => kernel.connect(req, address, port));
    }

    override connect6(req: ConnectReq, address: string, port: number): number {
      if (isOurs(address)) return super.connect6(req, address, port);
      return this.#toKernel((kernel) => kernel.connect6(req, address, port));
    }

    /** The net.Socket gets a handle of the kernel, bound as this one was. */
    #toKernel(connect: (kernel: KernelHandle) => number): number {
      const owner = ownerOf(this);
      const kernel = new Kernel(HandleType.SOCKET);
      if (this.#isUnref) kernel.unref();
      if (owner !== null) nodeReinitialize().call(owner, kernel);
      const bound = this.#bound;
      if (bound !== null && !isAny(bound.address, bound.port)) {
        const { address, port, flags, isSix } = bound;
        const status = isSix ? kernel.bind6(address, port, flags) : kernel.bind(address, port, flags);
        if (status !== 0) return status;
      }
      return connect(kernel);
    }

    override ref(): void {
      this.#isUnref = false;
      this.#kernel?.ref();
      super.ref();
    }
    override unref(): void {
      this.#isUnref = true;
      this.#kernel?.unref();
      super.unref();
    }
  };
}

function isAny(address: string, port: number): boolean {
  const plain = unmapped(address);
  return port === 0 && (plain === ANY_4 || plain === ANY_6);
}
