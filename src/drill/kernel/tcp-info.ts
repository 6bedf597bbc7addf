// struct tcp_info of <linux/tcp.h> by offset. It only ever grows: a field beyond the length that the kernel
// gives is one that it does not have.

import type { TcpInfo } from '../../socket/posix/index.ts';
import { LITTLE } from './sockaddr.ts';

/** Octets that are asked for; more than any kernel has. */
export const TCP_INFO_BYTES = 512;

const U8 = ['state', 'ca_state', 'retransmits', 'probes', 'backoff', 'options'] as const;
const U32_AT_8 = [
  ...['rto', 'ato', 'snd_mss', 'rcv_mss', 'unacked', 'sacked', 'lost', 'retrans', 'fackets'],
  ...['last_data_sent', 'last_ack_sent', 'last_data_recv', 'last_ack_recv', 'pmtu', 'rcv_ssthresh'],
  ...['rtt', 'rttvar', 'snd_ssthresh', 'snd_cwnd', 'advmss', 'reordering', 'rcv_rtt', 'rcv_space'],
  'total_retrans',
];
const U64_AT_104 = ['pacing_rate', 'max_pacing_rate', 'bytes_acked', 'bytes_received'] as const;
const U32_AT_136 = [...['segs_out', 'segs_in', 'notsent_bytes', 'min_rtt', 'data_segs_in', 'data_segs_out']];
const U64_AT_160 = ['delivery_rate', 'busy_time', 'rwnd_limited', 'sndbuf_limited'] as const;
const U32_AT_192 = ['delivered', 'delivered_ce'] as const;
const U64_AT_200 = ['bytes_sent', 'bytes_retrans'] as const;
const U32_AT_216 = ['dsack_dups', 'reord_seen', 'rcv_ooopack', 'snd_wnd', 'rcv_wnd', 'rehash'] as const;
const U32_AT_248 = [
  ...['received_ce', 'delivered_e1_bytes', 'delivered_e0_bytes', 'delivered_ce_bytes'],
  ...['received_e1_bytes', 'received_e0_bytes', 'received_ce_bytes'],
] as const;
const U16_AT_240 = ['total_rto', 'total_rto_recoveries'] as const;

/** `tcpi_…` by name, of the `length` octets that the kernel wrote. */
export function readTcpInfo(bytes: Uint8Array, length: number): TcpInfo {
  const dv = new DataView(bytes.buffer, bytes.byteOffset);
  const out: Record<string, number> = {};
  const fields = (names: readonly string[], at: number, size: 1 | 2 | 4 | 8): void => {
    for (const [i, name] of names.entries()) {
      const offset = at + i * size;
      if (offset + size > length) return;
      let value: number;
      if (size === 1) value = dv.getUint8(offset);
      else if (size === 2) value = dv.getUint16(offset, LITTLE);
      else if (size === 4) value = dv.getUint32(offset, LITTLE);
      else value = Number(dv.getBigUint64(offset, LITTLE));
      out[`tcpi_${name}`] = value;
    }
  };
  fields(U8, 0, 1);
  // Bit fields: the first is in the low bits of a little-endian machine, in the high ones of another.
  const scales = dv.getUint8(6);
  const flags = dv.getUint8(7);
  Object.assign(out, {
    tcpi_snd_wscale: LITTLE ? scales & 15 : scales >> 4,
    tcpi_rcv_wscale: LITTLE ? scales >> 4 : scales & 15,
    tcpi_delivery_rate_app_limited: LITTLE ? flags & 1 : flags >> 7,
    tcpi_fastopen_client_fail: LITTLE ? (flags >> 1) & 3 : (flags >> 5) & 3,
  });
  fields(U32_AT_8, 8, 4);
  fields(U64_AT_104, 104, 8);
  fields(U32_AT_136, 136, 4);
  fields(U64_AT_160, 160, 8);
  fields(U32_AT_192, 192, 4);
  fields(U64_AT_200, 200, 8);
  fields(U32_AT_216, 216, 4);
  fields(U16_AT_240, 240, 2);
  fields(['total_rto_time'], 244, 4);
  fields(U32_AT_248, 248, 4);
  return out;
}
