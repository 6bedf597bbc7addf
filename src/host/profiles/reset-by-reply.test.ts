// The RST of Linux and FreeBSD for text that comes when its user has gone.

import { expect, test } from 'vitest';
import { Err } from '../../tcp/index.ts';
import { inState, text } from '../../tcp/segment-arrives/testing.ts';
import { RST } from '../../wire/index.ts';
import { hostProfiles } from './index.ts';

test.each(['linux', 'freebsd'] as const)(
  '%s: it is that of a connection that does not exist, <SEQ=SEG.ACK><CTL=RST>, and ends ours',
  (name) => {
    const { tcp, rules } = hostProfiles[name];
    const a = inState('FIN-WAIT-2', { config: tcp, rules });
    a.detach();
    a.inject('ACK', 1, 2, text(5));
    expect(a.sent).toMatchObject([{ seq: (a.tcb.snd.iss + 2) | 0, ack: 0, ctl: RST, wnd: 0 }]);
    expect([a.state, a.tcb.error, a.drops]).toEqual(['CLOSED', Err.ABORTED, ['late-data']]);
  },
);
