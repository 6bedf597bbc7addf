// The socket calls of libc, through koffi. Pointers are plain numbers, as in link/tun; every call that
// fails returns -1 and leaves `errno()`: ask at once.

import { loadLibc, pinnedBytes } from '../../link/tun/libc.ts';

/** Calls on descriptors and addresses of memory. */
export interface SocketLibc {
  errno(): number;
  addressOf(bytes: Uint8Array): number;
  unshare(flags: number): number;
  schedSetScheduler(pid: number, policy: number, parameter: number): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: number, length: number): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: number, length: number, flags: number): number;
  connect(fd: number, address: number, length: number): number;
  shutdown(fd: number, how: number): number;
  recv(fd: number, buffer: number, size: number, flags: number): number;
  read(fd: number, buffer: number, size: number): number;
  sendto(fd: number, buffer: number, size: number, flags: number, address: number, length: number): number;
  recvmsg(fd: number, header: number, flags: number): number;
  sendmsg(fd: number, header: number, flags: number): number;
  memfdCreate(name: string, flags: number): number;
  ftruncate(fd: number, length: number): number;
  pipe2(fds: number, flags: number): number;
  sendfile(to: number, from: number, offset: number, count: number): number;
  splice(from: number, offIn: number, to: number, offOut: number, length: number, flags: number): number;
  /** On another thread; see `sendtoAsync`. */
  spliceAsync(from: number, to: number, length: number, flags: number, ended: (result: number) => void): void;
  /** On another thread, of a descriptor that may block; `ended` may ask `errno()`. */
  sendtoAsync(
    fd: number,
    buffer: number,
    size: number,
    flags: number,
    address: number,
    length: number,
    ended: (result: number) => void,
  ): void;
  close(fd: number): number;
  /** On another thread: a close that lingers blocks, whatever O_NONBLOCK says. */
  closeAsync(fd: number, ended: (result: number) => void): void;
  fcntl(fd: number, command: number, argument: number): number;
  ioctl(fd: number, request: number, argument: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  getsockname(fd: number, address: number, length: number): number;
  getpeername(fd: number, address: number, length: number): number;
  poll(entries: number, count: number, timeoutMs: number): number;
  epollCreate(flags: number): number;
  epollControl(epfd: number, op: number, fd: number, event: number): number;
  epollWait(epfd: number, events: number, most: number, timeoutMs: number): number;
}

/** Loads the calls. Rejects with a TunError 'ENOSYS' where there is no Linux or no koffi. */
export async function loadSocketLibc(): Promise<SocketLibc> {
  const { errno, addressOf } = await loadLibc();
  const koffi = (await import('koffi')).default;
  const lib = koffi.load(null);
  const f = <K extends keyof SocketLibc>(signature: string): SocketLibc[K] =>
    lib.func(signature) as unknown as SocketLibc[K];
  const close = lib.func('int close(int fd)');
  const sendto = lib.func(
    'long sendto(int fd, uintptr_t buffer, size_t size, int flags, uintptr_t address, uint32_t length)',
  );
  const splice = lib.func(
    'long splice(int from, uintptr_t offIn, int to, uintptr_t offOut, size_t length, unsigned int flags)',
  );
  return {
    errno,
    addressOf,
    unshare: f<'unshare'>('int unshare(int flags)'),
    schedSetScheduler: f<'schedSetScheduler'>(
      'int sched_setscheduler(int pid, int policy, uintptr_t parameter)',
    ),
    socket: f<'socket'>('int socket(int domain, int type, int protocol)'),
    bind: f<'bind'>('int bind(int fd, uintptr_t address, uint32_t length)'),
    listen: f<'listen'>('int listen(int fd, int backlog)'),
    accept4: f<'accept4'>('int accept4(int fd, uintptr_t address, uintptr_t length, int flags)'),
    connect: f<'connect'>('int connect(int fd, uintptr_t address, uint32_t length)'),
    shutdown: f<'shutdown'>('int shutdown(int fd, int how)'),
    recv: f<'recv'>('long recv(int fd, uintptr_t buffer, size_t size, int flags)'),
    recvmsg: f<'recvmsg'>('long recvmsg(int fd, uintptr_t header, int flags)'),
    sendmsg: f<'sendmsg'>('long sendmsg(int fd, uintptr_t header, int flags)'),
    memfdCreate: f<'memfdCreate'>('int memfd_create(const char *name, unsigned int flags)'),
    ftruncate: f<'ftruncate'>('int ftruncate(int fd, int64_t length)'),
    pipe2: f<'pipe2'>('int pipe2(uintptr_t fds, int flags)'),
    sendfile: f<'sendfile'>('long sendfile(int to, int from, uintptr_t offset, size_t count)'),
    splice: splice as unknown as SocketLibc['splice'],
    spliceAsync: (from, to, length, flags, ended) => {
      splice.async(from, 0, to, 0, length, flags, (_error: unknown, result: number) => ended(result));
    },
    read: f<'read'>('long read(int fd, uintptr_t buffer, size_t size)'),
    sendto: sendto as unknown as SocketLibc['sendto'],
    sendtoAsync: (fd, buffer, size, flags, address, length, ended) => {
      sendto.async(fd, buffer, size, flags, address, length, (_error: unknown, result: number) =>
        ended(result),
      );
    },
    close: close as unknown as SocketLibc['close'],
    closeAsync: (fd, ended) => {
      close.async(fd, (_error: unknown, result: number) => ended(result));
    },
    fcntl: f<'fcntl'>('int fcntl(int fd, int command, long argument)'),
    ioctl: f<'ioctl'>('int ioctl(int fd, unsigned long request, uintptr_t argument)'),
    setsockopt: f<'setsockopt'>(
      'int setsockopt(int fd, int level, int name, uintptr_t value, uint32_t length)',
    ),
    getsockopt: f<'getsockopt'>(
      'int getsockopt(int fd, int level, int name, uintptr_t value, uintptr_t length)',
    ),
    getsockname: f<'getsockname'>('int getsockname(int fd, uintptr_t address, uintptr_t length)'),
    getpeername: f<'getpeername'>('int getpeername(int fd, uintptr_t address, uintptr_t length)'),
    poll: f<'poll'>('int poll(uintptr_t entries, unsigned long count, int timeout)'),
    epollCreate: f<'epollCreate'>('int epoll_create1(int flags)'),
    epollControl: f<'epollControl'>('int epoll_ctl(int epfd, int op, int fd, uintptr_t event)'),
    epollWait: f<'epollWait'>('int epoll_wait(int epfd, uintptr_t events, int most, int timeout)'),
  };
}

export { pinnedBytes };
