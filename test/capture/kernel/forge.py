# A middlebox: `forge.py PORTS` watches what passes its host and sends in the name of others. PORTS is JSON, what to do by port:
# `rst`: clients' data is answered with a RST to each end, in the name of the other, with the IP identification of that data and
# a TTL of its own; `old-syn`: an old SYN of the same client overtakes each first SYN. Prints "ready"; ends with its standard input.

import json
import os
import socket
import struct
import sys
import threading

from segment import ACK, MSS_1460, PSH, RST, SYN, segment, sender

PORTS = {int(port): does for port, does in json.loads(sys.argv[1]).items()}
RST_TTL = 44
OLD = 100_000
ETH_P_IP = 0x0800

raw = sender()
opened = set()


def forge(flags, ip_id, ttl, source, target, seq, ack, length):
    does = PORTS.get(target[1])
    if does == 'old-syn' and flags & SYN and source not in opened:
        opened.add(source)
        raw.sendto(segment(source, target, SYN, seq - OLD, options=MSS_1460, ttl=ttl - 1), target)
    if does == 'rst' and flags & PSH:
        raw.sendto(segment(source, target, RST | ACK, seq, ack, ttl=RST_TTL, ip_id=ip_id), target)
        raw.sendto(segment(target, source, RST | ACK, ack, seq + length, ttl=RST_TTL, ip_id=ip_id), source)


def watch():
    while True:
        packet, (_, _, kind, *_) = tap.recvfrom(65536)
        if kind == socket.PACKET_OUTGOING or packet[9] != socket.IPPROTO_TCP:
            continue
        total, ip_id = struct.unpack_from('!HH', packet, 2)
        at = (packet[0] & 15) * 4
        from_port, to_port, seq, ack, offset_flags = struct.unpack_from('!HHIIH', packet, at)
        source = (socket.inet_ntoa(packet[12:16]), from_port)
        target = (socket.inet_ntoa(packet[16:20]), to_port)
        length = total - at - (offset_flags >> 12) * 4
        forge(offset_flags & 63, ip_id, packet[8], source, target, seq, ack, length)


tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
threading.Thread(target=watch, daemon=True).start()
print('ready', flush=True)
sys.stdin.read()
os._exit(0)
