# Planted programs: `programs.py server|client PLAN SEED`. PLAN is a JSON list of situations: port, addresses, how many connections,
# and what the programs at both ends do (a pair of functions below). Prints "ready" when it listens; "done" when all has been
# asked; sockets stay as they are until standard input ends.

import json
import os
import random
import socket
import struct
import sys
import threading
import time

from segment import MSS_1460, SYN, segment, sender

ROLE, PLAN, SEED = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
kept = []
MOST_SECONDS = 18
MOST_LONG_SECONDS = 90
LONG = ('idle', 'leak')
FLOOD_SYNS = 240
TCP_REPAIR = 19
random.seed(SEED)
threading.stack_size(256 * 1024)


def read(s, size):
    got = 0
    while got < size:
        piece = s.recv(min(65536, size - got))
        if not piece:
            return False
        got += len(piece)
    return True


def drain(s):
    while s.recv(65536):
        pass


def nap(least, most):
    time.sleep(random.uniform(least, most))


# Requests have 8 octets before them: their length, and that of the answer.
def ask(s, length, answer):
    s.sendall(struct.pack('!II', length, answer) + b'q' * length)
    return read(s, answer)


def answer(s, pause=0):
    head = s.recv(8, socket.MSG_WAITALL)
    if len(head) < 8:
        return False
    length, size = struct.unpack('!II', head)
    if not read(s, length):
        return False
    time.sleep(pause)
    s.sendall(b'a' * size)
    return True


def talk_client(s):
    for _ in range(random.randint(2, 5)):
        ask(s, random.randint(20, 400), random.randint(20, 6000))
        nap(0.01, 0.1)
    s.close()


def talk_server(s):
    while answer(s):
        pass
    nap(0, 0.02)
    s.close()


def four_client(s):
    ask(s, 50, 500)
    s.close()


def four_server(s):
    while answer(s):
        pass
    nap(0.2, 0.5)
    s.close()


def half_client(s):
    s.sendall(b'q' * random.randint(20, 2000))
    s.shutdown(socket.SHUT_WR)
    drain(s)
    s.close()


def half_server(s):
    drain(s)
    nap(0.1, 0.2)
    s.sendall(b'a' * random.randint(20, 2000))
    s.close()


def upload_client(s):
    s.sendall(b'u' * random.randint(150_000, 250_000))
    s.shutdown(socket.SHUT_WR)
    drain(s)
    s.close()


def upload_server(s):
    drain(s)
    s.close()


def big_client(s):
    s.settimeout(None)
    s.sendall(b'u' * 700_000)
    s.shutdown(socket.SHUT_WR)
    drain(s)
    s.close()


big_server = upload_server


def download_client(s):
    ask(s, 50, random.randint(100_000, 400_000))
    s.close()


download_server = talk_server


def unread_client(s):
    s.sendall(b'q' * random.randint(20, 900))
    time.sleep(1)


def unread_server(s):
    nap(0.2, 0.4)
    s.close()


def late_client(s):
    ask(s, 50, 500)
    s.close()


def late_server(s):
    answer(s)
    time.sleep(0.3)
    s.sendall(b'late')
    time.sleep(0.5)


def abort_client(s):
    ask(s, 50, 500)
    nap(0.05, 0.3)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()


abort_server = talk_server


def stall_client(s):
    s.settimeout(5)
    try:
        while True:
            s.sendall(b'x' * 65536)
    except OSError:
        pass


def stall_server(s):
    kept.append(s)


def lazy_client(s):
    s.sendall(b'x' * 400_000)
    s.shutdown(socket.SHUT_WR)
    drain(s)
    s.close()


def lazy_server(s):
    nap(1.2, 2)
    drain(s)
    s.close()


def slow_client(s):
    ask(s, random.randint(20, 400), 700)
    s.close()


def slow_server(s):
    answer(s, random.uniform(1.2, 2.5))
    drain(s)
    s.close()


def hold_client(s):
    time.sleep(3)
    s.close()


def hold_server(s):
    drain(s)
    s.close()


def vanish_client(s):
    ask(s, 50, 500)
    time.sleep(0.2)
    s.sendall(b'q' * random.randint(20, 300))
    time.sleep(5)


def vanish_server(s):
    answer(s)
    kept.append(s)


def race_client(s):
    ask(s, 50, 500)
    time.sleep(2.495)
    s.sendall(b'q' * 50)
    time.sleep(0.5)


def race_server(s):
    answer(s)
    time.sleep(2.5)
    s.close()


def nagle_client(s):
    for _ in range(12):
        s.sendall(struct.pack('!II', 30, 40))
        s.sendall(b'q' * 30)
        read(s, 40)
    s.close()


def nagle_server(s):
    while True:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        if not answer(s):
            break
    s.close()


def full_client(s):
    time.sleep(4)


def flood_server(s):
    drain(s)
    s.close()


# The ports are used again, at once: the server, which closes first, has them in TIME-WAIT.
def reopen_client(s):
    ask(s, 50, 500)
    s.recv(1)
    reconnect(s, s.close)


def reopen_server(s):
    answer(s)
    s.close()


# The host of the client forgets, without a word; its next connection has the same ports.
def forget_client(s):
    ask(s, 50, 500)

    def forget():
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        s.close()

    reconnect(s, forget)


forget_server = talk_server


def reconnect(s, end):
    source, target = s.getsockname(), s.getpeername()
    time.sleep(0.2)
    end()
    nap(1.1, 1.5)
    again = socket.socket()
    again.settimeout(6)
    kept.append(again)
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    again.bind(source)
    again.connect(target)
    ask(again, 50, 500)
    time.sleep(0.2)
    again.close()


# The host of the server goes down without a word, and comes back with its listener.
def crash_client(s):
    ask(s, 50, 500)
    time.sleep(2.5)
    s.sendall(b'q' * 50)
    s.recv(1)


def crash_server(s):
    answer(s)
    while unacked(s) > 0:
        time.sleep(0.01)
    s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    s.close()


def unacked(s):
    return struct.unpack_from('I', s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 24)[0]


def idle_client(s):
    ask(s, 50, 500)
    time.sleep(64)
    ask(s, 50, 500)
    time.sleep(0.5)
    s.close()


idle_server = talk_server


def leak_client(s):
    ask(s, 50, 500)
    s.close()
    time.sleep(63)


def leak_server(s):
    while answer(s):
        pass


def keep_alive(act):
    def guarded(s):
        kept.append(s)
        try:
            act(s)
        except OSError:
            pass

    return guarded


def start(act, *args):
    thread = threading.Thread(target=act, args=args, daemon=True)
    thread.start()
    return thread


def serve(situation):
    does = situation['does']
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if does in ('stall', 'lazy'):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 30_000)
    s.bind(('0.0.0.0', situation['port']))
    s.listen(0 if does == 'full' else 256)
    kept.append(s)
    if does == 'full':
        return
    act = keep_alive(globals()[does + '_server'])

    def accept():
        while True:
            start(act, s.accept()[0])

    start(accept)


def connect(situation, source, wait):
    time.sleep(wait)
    s = socket.socket()
    s.settimeout(6)
    kept.append(s)
    try:
        s.bind((source, 0))
        s.connect((situation['server'], situation['port']))
        keep_alive(globals()[situation['does'] + '_client'])(s)
    except OSError:
        pass


# SYNs of addresses that are nobody's, on the client's wire.
def flood(situation):
    raw = sender(situation['client'])
    net = situation['client'].rpartition('.')[0]
    target = (situation['server'], situation['port'])
    for n in range(FLOOD_SYNS):
        source = ('%s.%d' % (net, 100 + n % 120), random.randint(1024, 65535))
        seq = random.getrandbits(32)
        raw.sendto(segment(source, target, SYN, seq, options=MSS_1460, ip_id=1 + n), target)
        time.sleep(0.005)


def ask_all():
    for situation in PLAN:
        # The accept queue is full before those come that are looked at.
        for _ in range(2 if situation['does'] == 'full' else 0):
            s = socket.socket()
            s.setblocking(False)
            s.bind((situation['other'], 0))
            s.connect_ex((situation['server'], situation['port']))
            kept.append(s)
        for _ in range(situation['habit']):
            start(connect, situation, situation['other'], 0)
    time.sleep(0.3)
    threads = [
        start(connect, situation, situation['client'], random.uniform(0, 0.5 * situation['count']))
        for situation in PLAN
        if situation['does'] != 'flood'
        for _ in range(situation['count'])
    ]
    threads += [start(flood, situation) for situation in PLAN if situation['does'] == 'flood']
    long = any(situation['does'] in LONG for situation in PLAN)
    deadline = time.monotonic() + (MOST_LONG_SECONDS if long else MOST_SECONDS)
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    time.sleep(1)


if ROLE == 'server':
    for one in PLAN:
        if one['does'] != 'none':
            serve(one)
    print('ready', flush=True)
else:
    ask_all()
    print('done', flush=True)
sys.stdin.read()
os._exit(0)
