// What a program meets whose peer says nothing more, as situations.ts has it for a loopback: the client is at 10.9.0.1, at
// the other end of a wire is a server at 10.9.0.2, and the wire can be cut. Times are shortened on both stacks (SHORT).

import { once } from 'node:events';
import { closed, type Place, type Seen } from './situations.ts';

/** The client's address, and the server's; nobody is at the third one. */
export const [CLIENT, SERVER, NOBODY] = ['10.9.0.1', '10.9.0.2', '10.9.0.9'] as const;
export const PORT = 80;

/** Of Linux, and of a host: one retransmission of a SYN, a second or so of other segments. */
export const SHORT = {
  sysctls: { 'net.ipv4.tcp_syn_retries': 1, 'net.ipv4.tcp_retries2': 3 },
  tcp: { synR2Ms: 2000, r2Ms: 1500 },
} as const;

export interface Silence {
  readonly title: string;
  readonly expected: Seen;
  /** `cut` takes the wire away, for good. */
  readonly run: (place: Place, cut: () => void) => Promise<void>;
}

const CONNECTED = ['connect', 'ready'] as const;

export const SILENCES: readonly Silence[] = [
  {
    title: 'nobody answers the SYN: connect ETIMEDOUT',
    expected: { client: [`error ETIMEDOUT connect: connect ETIMEDOUT ${NOBODY}:${PORT}`, 'close true'] },
    async run(place) {
      await closed(place.watch('client', place.net.connect(PORT, NOBODY)));
    },
  },
  {
    title: 'keep-alives are not answered: the reader is told, once',
    expected: { client: [...CONNECTED, 'error ETIMEDOUT read: read ETIMEDOUT', 'close true'] },
    async run(place, cut) {
      const client = place.watch('client', place.net.connect(PORT, SERVER));
      await once(client, 'connect');
      client.setKeepAlive(true, 1000);
      cut();
      await closed(client);
    },
  },
  {
    title: 'text is not acknowledged: it was written, and the reader is told',
    expected: { client: [...CONNECTED, 'written', 'error ETIMEDOUT read: read ETIMEDOUT', 'close true'] },
    async run(place, cut) {
      const client = place.watch('client', place.net.connect(PORT, SERVER));
      await once(client, 'connect');
      cut();
      client.write('is anybody there?', place.called('client', 'written'));
      await closed(client);
    },
  },
  {
    title: 'nobody reads when it breaks: the next write is told',
    expected: {
      client: [
        ...CONNECTED,
        'written',
        'later: ETIMEDOUT',
        'error ETIMEDOUT write: write ETIMEDOUT',
        'close true',
      ],
    },
    async run(place, cut) {
      const client = place.watch('client', place.net.connect(PORT, SERVER).pause(), false);
      await once(client, 'connect');
      cut();
      client.write('is anybody there?', place.called('client', 'written'));
      await new Promise((resolve) => setTimeout(resolve, 8000));
      client.write('hello?', place.called('client', 'later'));
      await closed(client);
    },
  },
];
