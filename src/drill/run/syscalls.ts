// System calls of a script: each by name to a call of the target, and the check of what it wrote through
// its pointers.

import {
  constant,
  type EpollEvent,
  failed,
  type Message,
  mapped,
  type Outcome,
  type SocketAddress,
  UNSPECIFIED,
} from '../../socket/posix/index.ts';
import type { Expression, Syscall } from '../ast.ts';
import { printExpression } from '../parse/print.ts';
import type { RunConfig } from './config.ts';
import { checkMessage, messageOf } from './messages.ts';
import { Mismatch, UnsupportedError } from './result.ts';
import { readOption, sameOption } from './socket-option.ts';
import type { Syscalls } from './target.ts';
import { addressOf, fieldOf, iovec, isEllipsis, numberOf, payload, single, textOf } from './values.ts';

/** A call that was begun. */
export interface Begun {
  readonly outcome: Outcome;
  /** Whether the result is a new descriptor: then the script's number stands for the live one. */
  readonly givesFd: boolean;
  /** The script's numbers of descriptors that the call has put into a list. */
  readonly fds?: readonly number[];
  /** Compares what the call wrote with the script; throws Mismatch. */
  readonly check: (out: unknown, value: number) => void;
}

/** What calls need to know of the run. */
export interface CallContext {
  readonly calls: Syscalls;
  readonly config: RunConfig;
  /** The target's clock at the script's time 0. */
  readonly startUs: number;
  /** The live descriptor of a script's number. */
  fd(script: number): number;
}

type Call = (args: readonly Expression[], x: CallContext) => Begun;

const nothing = (): void => {};
const plain = (outcome: Outcome): Begun => ({ outcome, givesFd: false, check: nothing });

function arg(args: readonly Expression[], i: number): Expression {
  const e = args[i];
  if (e === undefined) throw new UnsupportedError(`a call with ${args.length} arguments`);
  return e;
}

function fdArg(args: readonly Expression[], x: CallContext, i = 0): number {
  return x.fd(numberOf(arg(args, i)));
}

function bindAddress(x: CallContext): SocketAddress {
  return { address: x.config.localIp, port: x.config.bindPort };
}
function connectAddress(x: CallContext): SocketAddress {
  return { address: x.config.remoteIp, port: x.config.connectPort };
}

/** Data that was read against a literal of the script. */
function dataCheck(expected: Expression | undefined): Begun['check'] {
  const text = textOf(expected);
  if (text === null) return nothing;
  return (out, n) => {
    const want = [...text].slice(0, n).map((c) => c.charCodeAt(0) & 0xff);
    const got = out instanceof Uint8Array ? [...out.subarray(0, want.length)] : [];
    if (want.join() !== got.join()) throw new Mismatch('the data read differ', want.join(' '), got.join(' '));
  };
}

const MSG_PEEK = constant('MSG_PEEK');
const MSG_TRUNC = constant('MSG_TRUNC');

function isNull(e: Expression | undefined): boolean {
  return e?.kind === 'word' && e.name === 'NULL';
}

/** What would have moved octets from or to nowhere. */
function faulty(outcome: Outcome): Outcome {
  return mapped(outcome, (r) => (r.kind === 'done' && r.value > 0 ? failed('EFAULT') : r));
}

function receive(
  x: CallContext,
  fd: number,
  buffer: Expression | undefined,
  max: number,
  flags: number,
): Begun {
  // With MSG_TRUNC the octets go nowhere on purpose.
  if (isNull(buffer) && (flags & MSG_TRUNC) === 0)
    return plain(faulty(x.calls.receive(fd, max, flags | MSG_PEEK)));
  return { outcome: x.calls.receive(fd, max, flags), givesFd: false, check: dataCheck(buffer) };
}

function send(args: readonly Expression[], x: CallContext, flags: number): Begun {
  return sendTo(args, x, flags, null);
}

function sendTo(args: readonly Expression[], x: CallContext, flags: number, to: SocketAddress | null): Begun {
  const fd = fdArg(args, x);
  const count = numberOf(arg(args, 2));
  if (!isNull(args[1]) || count === 0) return plain(x.calls.send(fd, payload(args[1], count), flags, to));
  // Nothing is taken, but an error of the connection comes first.
  const outcome = x.calls.send(fd, new Uint8Array(0), flags, to);
  return plain(outcome.kind === 'done' ? failed('EFAULT') : outcome);
}

function checkNumber(name: string, expected: Expression | undefined): Begun['check'] {
  const e = single(expected);
  if (e === undefined || isEllipsis(e)) return nothing;
  const want = numberOf(e);
  return (out) => {
    if (out !== want) throw new Mismatch(`${name} differs`, String(want), String(out));
  };
}

function socketCall(args: readonly Expression[], x: CallContext): Begun {
  const inet = constant(x.config.wire === 6 || x.config.mapped ? 'AF_INET6' : 'AF_INET');
  const domain = isEllipsis(args[0]) ? inet : numberOf(arg(args, 0));
  const protocol = isEllipsis(args[2]) ? 0 : numberOf(arg(args, 2));
  return { outcome: x.calls.socket(domain, numberOf(arg(args, 1)), protocol), givesFd: true, check: nothing };
}

function acceptCall(args: readonly Expression[], x: CallContext): Begun {
  const flags = args.length > 3 ? numberOf(arg(args, 3)) : 0;
  return { outcome: x.calls.accept(fdArg(args, x), flags), givesFd: true, check: nothing };
}

function sendmsg(args: readonly Expression[], x: CallContext): Begun {
  const m = messageOf(args);
  const control = fieldOf(m, 'msg_control');
  if (
    control !== undefined &&
    !isEllipsis(control) &&
    !(control.kind === 'list' && control.items.length === 0)
  )
    throw new UnsupportedError('msg_control of sendmsg');
  const name = fieldOf(m, 'msg_name');
  const buffers = iovec(fieldOf(m, 'msg_iov')).map(({ base, length }) => payload(base, length));
  const flags = numberOf(arg(args, 2));
  const opens = name !== undefined && (flags & constant('MSG_FASTOPEN')) !== 0;
  const to = isEllipsis(name) && !opens ? null : addressOf(name, connectAddress(x));
  return plain(x.calls.sendMessage(fdArg(args, x), buffers, flags, to));
}

function recvmsg(args: readonly Expression[], x: CallContext): Begun {
  const m = messageOf(args);
  const io = iovec(fieldOf(m, 'msg_iov'));
  const max = io.reduce((n, e) => n + e.length, 0);
  const flags = numberOf(arg(args, 2));
  const fd = fdArg(args, x);
  if (isNull(io[0]?.base) && max > 0) return receive(x, fd, io[0]?.base, max, flags);
  const data = dataCheck(io[0]?.base);
  const check: Begun['check'] = (out, n) => {
    const message = out as Message;
    data(message.octets, n);
    checkMessage(m, message, x);
  };
  return { outcome: x.calls.receiveMessage(fd, max, flags), givesFd: false, check };
}

function pollCall(args: readonly Expression[], x: CallContext): Begun {
  const list = arg(args, 0);
  if (list.kind !== 'list') throw new UnsupportedError('poll without a list');
  const entries = list.items.map((e) => {
    if (e.kind !== 'struct') throw new UnsupportedError(`the pollfd ${printExpression(e)}`);
    const get = (name: string): number => numberOf(fieldOf(e, name) ?? { kind: 'int', value: 0, text: '0' });
    const fd = get('fd');
    return { fd: fd < 0 ? fd : x.fd(fd), events: get('events'), revents: get('revents') };
  });
  return {
    outcome: x.calls.poll(entries, numberOf(arg(args, 2))),
    givesFd: false,
    check: (out) => {
      for (const [i, bits] of (out as number[]).entries()) {
        const want = entries[i]?.revents ?? 0;
        if (bits !== want)
          throw new Mismatch(
            `revents of entry ${i} differ`,
            `0x${want.toString(16)}`,
            `0x${bits.toString(16)}`,
          );
      }
    },
  };
}

function epollEvent(e: Expression | undefined, x: CallContext): { events: number; data: number } | null {
  const s = single(e);
  if (s === undefined || s.kind === 'ellipsis') return null;
  if (s.kind !== 'struct') throw new UnsupportedError(`the epoll_event ${printExpression(s)}`);
  const fd = fieldOf(s, 'fd');
  const data = fieldOf(s, 'ptr', 'u32', 'u64');
  const value =
    fd !== undefined ? x.fd(numberOf(fd)) : data !== undefined && !isEllipsis(data) ? numberOf(data) : 0;
  return {
    events: numberOf(fieldOf(s, 'events') ?? { kind: 'int', value: 0, text: '0' }) >>> 0,
    data: value,
  };
}

function epollControl(args: readonly Expression[], x: CallContext): Begun {
  const event = epollEvent(args[3], x) ?? { events: 0, data: 0 };
  const epfd = fdArg(args, x);
  return plain(
    x.calls.epollControl(epfd, numberOf(arg(args, 1)), fdArg(args, x, 2), event.events | 0, event.data),
  );
}

function epollWait(args: readonly Expression[], x: CallContext): Begun {
  const list = arg(args, 1);
  const items = list.kind === 'list' ? list.items : [list];
  return {
    outcome: x.calls.epollWait(fdArg(args, x), numberOf(arg(args, 2)), numberOf(arg(args, 3))),
    givesFd: false,
    check: (out, n) => {
      for (const [i, actual] of (out as EpollEvent[]).slice(0, n).entries()) {
        const want = epollEvent(items[i], x);
        if (want === null) continue;
        const say = (e: { events: number; data: number }): string =>
          `events 0x${(e.events >>> 0).toString(16)} data ${e.data}`;
        if (want.events !== actual.events >>> 0 || want.data !== actual.data) {
          throw new Mismatch(`event ${i} differs`, say(want), say(actual));
        }
      }
    },
  };
}

function setsockopt(args: readonly Expression[], x: CallContext): Begun {
  const value = readOption(arg(args, 3));
  return plain(x.calls.setsockopt(fdArg(args, x), numberOf(arg(args, 1)), numberOf(arg(args, 2)), value));
}

function getsockopt(args: readonly Expression[], x: CallContext): Begun {
  const expected = arg(args, 3);
  return {
    outcome: x.calls.getsockopt(fdArg(args, x), numberOf(arg(args, 1)), numberOf(arg(args, 2))),
    givesFd: false,
    check: (out) => sameOption(expected, out),
  };
}

function ioctl(args: readonly Expression[], x: CallContext): Begun {
  const request = numberOf(arg(args, 1));
  const sets = request === constant('FIONBIO');
  const argument = sets ? numberOf(arg(args, 2)) : 0;
  const check = sets ? nothing : checkNumber('the value', args[2]);
  return { outcome: x.calls.ioctl(fdArg(args, x), request, argument), givesFd: false, check };
}

/** `...` in the place of an address that the call fills in is not looked at; an address is. */
function nameCheck(expected: Expression | undefined, x: CallContext): Begun['check'] {
  if (isEllipsis(expected)) return nothing;
  return (out) => {
    const actual = out as SocketAddress;
    const want = addressOf(expected, actual);
    if (want === null || want.port !== actual.port || want.address !== actual.address) {
      throw new Mismatch('the address differs', show(want), show(actual));
    }
    void x;
  };
}

function show(a: SocketAddress | null): string {
  return a === null ? 'AF_UNSPEC' : `${a.address ?? '*'}:${a.port}`;
}

function open(args: readonly Expression[], x: CallContext): Begun {
  const path = textOf(args[0]);
  if (path === null) throw new UnsupportedError('open without a path');
  if ((numberOf(arg(args, 1)) & 3) !== constant('O_RDONLY')) throw new UnsupportedError('open for writing');
  return { outcome: x.calls.openFile(path), givesFd: true, check: nothing };
}

function pipeCall(args: readonly Expression[], x: CallContext): Begun {
  const list = arg(args, 0);
  if (list.kind !== 'list' || list.items.length !== 2) throw new UnsupportedError('pipe without two numbers');
  return { outcome: x.calls.pipe(), givesFd: false, fds: list.items.map(numberOf), check: nothing };
}

function sendfileCall(args: readonly Expression[], x: CallContext): Begun {
  const offset = isNull(args[2]) ? null : numberOf(arg(args, 2));
  return plain(x.calls.sendfile(fdArg(args, x), fdArg(args, x, 1), offset, numberOf(arg(args, 3))));
}

function spliceCall(args: readonly Expression[], x: CallContext): Begun {
  if (!isNull(args[1]) || !isNull(args[3])) throw new UnsupportedError('splice with an offset');
  return plain(
    x.calls.splice(fdArg(args, x), fdArg(args, x, 2), numberOf(arg(args, 4)), numberOf(arg(args, 5))),
  );
}

const calls: Readonly<Record<string, Call>> = {
  socket: socketCall,
  bind: (a, x) => plain(x.calls.bind(fdArg(a, x), addressOf(a[1], bindAddress(x)) ?? bindAddress(x))),
  listen: (a, x) => plain(x.calls.listen(fdArg(a, x), numberOf(arg(a, 1)))),
  accept: acceptCall,
  accept4: acceptCall,
  connect: (a, x) => plain(x.calls.connect(fdArg(a, x), addressOf(a[1], connectAddress(x)))),
  read: (a, x) => receive(x, fdArg(a, x), a[1], numberOf(arg(a, 2)), 0),
  readv: (a, x) => {
    const io = iovec(a[1]);
    return receive(
      x,
      fdArg(a, x),
      io[0]?.base,
      io.reduce((n, e) => n + e.length, 0),
      0,
    );
  },
  recv: (a, x) => receive(x, fdArg(a, x), a[1], numberOf(arg(a, 2)), numberOf(arg(a, 3))),
  recvfrom: (a, x) => receive(x, fdArg(a, x), a[1], numberOf(arg(a, 2)), numberOf(arg(a, 3))),
  recvmsg,
  write: (a, x) => send(a, x, 0),
  writev: (a, x) => {
    const buffers = iovec(a[1]).map(({ base, length }) => payload(base, length));
    return plain(x.calls.sendMessage(fdArg(a, x), buffers, 0, null));
  },
  send: (a, x) => send(a, x, numberOf(arg(a, 3))),
  sendto: (a, x) => {
    const flags = numberOf(arg(a, 3));
    const to = a[4];
    // NULL is no address, AF_UNSPEC is one that is refused.
    if (to?.kind === 'word') return sendTo(a, x, flags, to.name === 'AF_UNSPEC' ? UNSPECIFIED : null);
    return sendTo(a, x, flags, to === undefined ? null : addressOf(to, connectAddress(x)));
  },
  sendmsg,
  open,
  pipe: pipeCall,
  sendfile: sendfileCall,
  splice: spliceCall,
  shutdown: (a, x) => plain(x.calls.shutdown(fdArg(a, x), numberOf(arg(a, 1)))),
  close: (a, x) => plain(x.calls.close(fdArg(a, x))),
  fcntl: (a, x) =>
    plain(x.calls.fcntl(fdArg(a, x), numberOf(arg(a, 1)), isEllipsis(a[2]) ? 0 : numberOf(arg(a, 2)))),
  ioctl,
  getsockopt,
  setsockopt,
  getsockname: (a, x) => ({
    outcome: x.calls.getsockname(fdArg(a, x)),
    givesFd: false,
    check: nameCheck(a[1], x),
  }),
  getpeername: (a, x) => ({
    outcome: x.calls.getpeername(fdArg(a, x)),
    givesFd: false,
    check: nameCheck(a[1], x),
  }),
  poll: pollCall,
  epoll_create: (_a, x) => ({ outcome: x.calls.epollCreate(), givesFd: true, check: nothing }),
  epoll_create1: (_a, x) => ({ outcome: x.calls.epollCreate(), givesFd: true, check: nothing }),
  epoll_ctl: epollControl,
  epoll_wait: epollWait,
  // It gives the program rights; here it has all that there are.
  cap_set: () => plain({ kind: 'done', value: 0, out: null }),
};

/** Begins a call. Throws UnsupportedError for one that is not known. */
export function beginCall(s: Syscall, x: CallContext): Begun {
  const call = Object.hasOwn(calls, s.name) ? calls[s.name] : undefined;
  if (call === undefined) throw new UnsupportedError(`the system call ${s.name}`);
  return call(s.args, x);
}
