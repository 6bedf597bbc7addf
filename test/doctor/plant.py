"""Programs with mistakes, in the network namespace that they are started in. python3 plant.py NAME=COUNT…: it prints "ready" when
the mistake is there, and ends with its standard input."""

import os
import resource
import socket
import subprocess
import sys
import time

keep = []


def listen(port, backlog=128, address="0.0.0.0"):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(backlog)
    keep.append(server)
    return server


def connected(server, source=None, to="127.0.0.1"):
    client = socket.socket()
    if source:
        client.bind((source, 0))
    client.connect((to, server.getsockname()[1]))
    ours, _ = server.accept()
    keep.append(ours)
    return client, ours


def unread(count):
    """The peer sent and closed; nobody reads."""
    server = listen(8101)
    for _ in range(count):
        client, _ = connected(server)
        client.send(b"hello")
        client.close()


def end_unread(count):
    """Everything was read but the end."""
    server = listen(8102)
    for _ in range(count):
        client, ours = connected(server)
        client.send(b"hello")
        ours.recv(5)
        client.close()


def not_closed(count):
    """The end was read; close() is forgotten."""
    server = listen(8103)
    for _ in range(count):
        client, ours = connected(server)
        client.close()
        assert ours.recv(100) == b""


def not_reading(count):
    """The peer's data lies there, and the connection stays open."""
    server = listen(8104)
    for _ in range(count):
        client, _ = connected(server)
        client.send(b"hello")
        keep.append(client)


def zero_window(count):
    """The peer has no room; what it does not read stays here."""
    server = listen(8105)
    for _ in range(count):
        client, ours = connected(server)
        keep.append(client)
        ours.setblocking(False)
        try:
            while True:
                ours.send(bytes(65536))
        except BlockingIOError:
            pass


def backlog(count):
    """Nobody accepts: the queue is full, and further SYNs get no answer."""
    server = listen(8106, backlog=1)
    for _ in range(count + 2):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", server.getsockname()[1]))
        keep.append(client)


def ports(count):
    """All ports to one destination are in use."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
        file.write(f"40000 {39999 + count}")
    server = listen(8107)
    for _ in range(count):
        client, _ = connected(server, to="127.0.0.7")
        keep.append(client)


def dead_peer(count):
    """The host at the other end of a cable loses its address: it hears nothing any more, and says nothing."""
    other = subprocess.Popen(["unshare", "-n", "sleep", "60"])
    keep.append(other)
    inside = ["nsenter", "-t", str(other.pid), "-n"]

    def run(*command):
        subprocess.run(command, check=True)

    here = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{other.pid}/ns/net") == here:
        time.sleep(0.01)
    run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", str(other.pid))
    run("ip", "address", "add", "10.9.0.1/24", "dev", "va")
    run("ip", "link", "set", "va", "up")
    run(*inside, "ip", "address", "add", "10.9.0.2/24", "dev", "vb")
    run(*inside, "ip", "link", "set", "vb", "up")
    program = "import socket,time; s=socket.create_server(('10.9.0.2',80),backlog=99); print(1,flush=True); time.sleep(60)"
    server = subprocess.Popen([*inside, sys.executable, "-c", program], stdout=subprocess.PIPE)
    keep.append(server)
    server.stdout.readline()
    clients = [socket.create_connection(("10.9.0.2", 80), timeout=5) for _ in range(count)]
    keep.extend(clients)
    run(*inside, "ip", "address", "del", "10.9.0.2/24", "dev", "vb")
    for client in clients:
        client.send(b"is anybody there?")


def plant(argument, ready):
    """One mistake, in a process of its own: it has its own descriptors."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    name, _, number = argument.partition("=")
    globals()[name](int(number))
    os.write(ready, b"1")
    sys.stdin.read()
    for one in keep:
        if isinstance(one, subprocess.Popen):
            one.kill()


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        done, ready = os.pipe()
        if os.fork() == 0:
            os.close(done)
            plant(argument, ready)
            os._exit(0)
        os.close(ready)
        if os.read(done, 1) != b"1":
            sys.exit(f"{argument} failed")
    print("ready", flush=True)
    sys.stdin.read()
