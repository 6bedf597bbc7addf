// The client gave up during the handshake.

import { roles } from '../roles.ts';
import { type Rule, shows } from '../verdict.ts';

/** RST or FIN of the client, before the handshake was over. */
export const synAborted: Rule = {
  id: 'syn-aborted',
  severity: 'warning',
  title: { en: 'The client gave up during the handshake', zh: '客户端在握手中途放弃' },
  means: {
    en: 'The client ended the connection before it was established: its program was killed, ran into a timeout of its own, or only looks whether the port is open (a scan).',
    zh: '客户端在连接建立之前就终止了：程序被杀、自身超时，或者只是探测端口是否开放（扫描）。',
  },
  advice: [
    {
      en: 'Many from one address to many ports are a scan. From your own client: compare its connect timeout with the time that the handshake takes.',
      zh: '来自同一地址、指向许多端口的是扫描。若是自己的客户端：比较它的连接超时与握手实际耗时。',
    },
  ],
  scenario: null,
  judge({ sides: [client, server], synAck, thirdAck, wrongSynAck, earlier }) {
    const ended = client.rst ?? client.fin;
    if (client.syn === null || ended === null || thirdAck !== null || wrongSynAck !== null) return null;
    if (server.syn !== null && synAck === null) return null;
    if (server.rst !== null || (earlier !== null && server.packets > 0 && synAck === null)) return null;
    return {
      confidence: 'certain',
      culprit: 'client',
      evidence: [
        shows(client.syn, roles.syn),
        ...(synAck === null ? [] : [shows(synAck, roles.synAck)]),
        shows(ended, client.rst === null ? roles.fin : roles.rst),
      ],
      orElse: ['port-scan'],
    };
  },
};
