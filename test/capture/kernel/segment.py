# Segments as no kernel would send them, for raw sockets: any address, any number, any TTL.

import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MSS_1460 = struct.pack('!BBH', 2, 4, 1460)


def checksum(octets):
    total = sum(struct.unpack('!%dH' % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def segment(source, target, flags, seq, ack=0, options=b'', ttl=64, ip_id=1):
    """An IPv4 packet with a TCP segment without text; `source` and `target` are pairs of address and port."""
    (from_address, from_port), (to_address, to_port) = source, target
    addresses = socket.inet_aton(from_address) + socket.inet_aton(to_address)
    length = 20 + len(options)

    def header(check):
        offset_flags = length // 4 << 12 | flags
        fields = (from_port, to_port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, offset_flags, 64240, check, 0)
        return struct.pack('!HHIIHHHH', *fields) + options

    pseudo = addresses + struct.pack('!BBH', 0, socket.IPPROTO_TCP, length)
    # The kernel computes the checksum of the IP header.
    ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + length, ip_id, 0, ttl, socket.IPPROTO_TCP, 0)
    return ip + addresses + header(checksum(pseudo + header(0)))


def sender(bound=''):
    """A socket that sends whole packets; it finds its way from the address to which it is bound."""
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    s.bind((bound, 0))
    return s
