// FreeBSD, as it comes: the defaults of its sysctls (tcp(4)) and the constants of sys/netinet/tcp_timer.h.

import { Err, type Rules, rfc9293 } from '../../tcp/index.ts';
import { profileOf } from './profile.ts';

/** An ACK of something else in SYN-SENT is reset; our SYN goes again when its timer says so, not at once. */
const synSentAck: Rules['synSentAck'] = (e, tcb, seg) => {
  const { rexmt } = tcb.timer;
  const answered = rfc9293.synSentAck(e, tcb, seg);
  if (answered) tcb.timer.rexmt = rexmt;
  return answered;
};

/** FreeBSD. */
export const freebsd = profileOf('freebsd', {
  tcp: {
    receiveBuffer: { value: 65_536, source: 'net.inet.tcp.recvspace' },
    receiveBufferTuning: { value: true, source: 'net.inet.tcp.recvbuf_auto' },
    receiveWholeSegments: { value: true, source: 'tcp_mss (sys/netinet/tcp_input.c)' },
    windowInOctets: { value: true, source: 'tcp_default_output (sys/netinet/tcp_output.c)' },
    receiveBufferMax: { value: 2_097_152, source: 'kern.ipc.maxsockbuf' },
    sendBuffer: { value: 32_768, source: 'net.inet.tcp.sendspace' },
    sendBufferMax: { value: 2_097_152, source: 'net.inet.tcp.sendbuf_max' },
    synOptionOrder: { value: 'freebsd', source: 'tcp_addoptions (sys/netinet/tcp_output.c)' },
    delayedAckMs: { value: 40, source: 'net.inet.tcp.delacktime' },
    initialRtoMs: { value: 1000, source: 'net.inet.tcp.rexmit_initial' },
    minRtoMs: { value: 200, source: 'net.inet.tcp.rexmit_slop' },
    synR2Ms: { value: 75_000, source: 'net.inet.tcp.keepinit' },
    synAckR2Ms: {
      value: 15_000,
      source: 'net.inet.tcp.syncache.rexmtlimit: 3 retransmissions, and the time of the last',
    },
    keepAlive: { value: true, source: 'net.inet.tcp.always_keepalive (MUST-25 says off)' },
    keepAliveIdleMs: { value: 7_200_000, source: 'net.inet.tcp.keepidle' },
    keepAliveIntervalMs: { value: 75_000, source: 'net.inet.tcp.keepintvl' },
    keepAliveCount: { value: 8, source: 'net.inet.tcp.keepcnt' },
    finWait2Ms: { value: 60_000, source: 'net.inet.tcp.finwait2_timeout' },
    abe: { value: false, source: 'net.inet.tcp.cc.abe' },
    initialWindow: { value: 10, source: 'net.inet.tcp.initcwnd_segments' },
    mslMs: { value: 30_000, source: 'net.inet.tcp.msl' },
    minMss: { value: 216, source: 'net.inet.tcp.minmss' },
    mtuProbing: { value: 'off', source: 'net.inet.tcp.pmtud_blackhole_detection: 0' },
  },
  rules: {
    resetSignal: {
      value: () => Err.RESET,
      source: 'tcp_do_segment (sys/netinet/tcp_input.c): ECONNRESET in CLOSING and LAST-ACK, too',
    },
    synSentAck: {
      value: synSentAck,
      source: 'tcp_do_segment (sys/netinet/tcp_input.c): the SYN waits for its timer',
    },
  },
});
