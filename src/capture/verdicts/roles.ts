// What a frame of evidence is, in words that several verdicts use.

import type { Text } from '../../lab/text/index.ts';

/** Roles of frames. */
export const roles = {
  syn: { en: 'the SYN', zh: 'SYN' },
  synAgain: { en: 'the SYN once more', zh: '重发的 SYN' },
  newSyn: { en: 'the new SYN', zh: '新的 SYN' },
  synAck: { en: 'the SYN,ACK', zh: 'SYN,ACK' },
  synAckAgain: { en: 'the SYN,ACK once more', zh: '重发的 SYN,ACK' },
  thirdAck: { en: 'the third ACK of the handshake', zh: '握手的第三个 ACK' },
  ackAgain: { en: 'the ACK once more', zh: '重发的 ACK' },
  rst: { en: 'the RST', zh: 'RST' },
  fin: { en: 'the FIN', zh: 'FIN' },
  finAgain: { en: 'the FIN once more', zh: '重发的 FIN' },
  otherFin: { en: 'the FIN of the other side', zh: '另一方的 FIN' },
  ackOfFin: { en: 'the ACK of the FIN', zh: '对 FIN 的 ACK' },
  text: { en: 'data', zh: '数据' },
  lastText: { en: 'the last data before it', zh: '此前最后一段数据' },
  textAgain: { en: 'the same data once more', zh: '重发的同一段数据' },
  lastOfPeer: { en: 'the last segment of the other side', zh: '另一方的最后一个报文段' },
  icmp: { en: 'the ICMP error', zh: 'ICMP 差错报文' },
  zeroWindow: { en: 'the window is 0', zh: '窗口为 0' },
  probe: { en: 'a probe', zh: '探测报文段' },
  challenge: { en: 'the challenge ACK', zh: '挑战 ACK' },
  copy: { en: 'the same packet, captured once more', zh: '同一个包被再次抓到' },
} as const satisfies Record<string, Text>;
