// The steps of Linux, segment by segment.

import { describe, expect, it } from 'vitest';
import { Err, FastOpen, IcmpCause, icmpError, parts, rfc9293, type StateName } from '../../tcp/index.ts';
import {
  departures,
  inState,
  octets,
  options,
  pass,
  sent,
  text,
  type Way,
} from '../../tcp/segment-arrives/testing.ts';
import { Endpoint, TestCookies } from '../../tcp/testing.ts';
import { ECN_CE } from '../../wire/index.ts';
import { hostProfiles, linuxRules } from './index.ts';

const { tcp, rules } = hostProfiles.linux;

/** An endpoint with the profile. */
function linux(state: StateName, way: Way = {}): Endpoint {
  return inState(state, { ...way, config: { ...tcp, ...way.config }, rules: { ...rules, ...way.rules } });
}

describe('ICMP and connections that are opening', () => {
  it('any error ends one in SYN-SENT, none one that is open', () => {
    for (const cause of [IcmpCause.UNREACHABLE, IcmpCause.TIME_EXCEEDED, IcmpCause.PARAMETER]) {
      const a = linux('SYN-SENT');
      icmpError(a.engine, a.tcb, a.tcb.snd.iss, cause, Err.HOST_UNREACHABLE);
      expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.HOST_UNREACHABLE]);
      const b = linux('ESTABLISHED');
      b.send(octets(1));
      icmpError(b.engine, b.tcb, b.tcb.snd.una, cause, Err.HOST_UNREACHABLE);
      expect([b.state, b.tcb.softError]).toEqual(['ESTABLISHED', Err.HOST_UNREACHABLE]);
    }
  });

  const names = Object.keys(IcmpCause) as (keyof typeof IcmpCause)[];
  const opening = (a: Endpoint): string[] => names.filter((name) => rules.opens(a.tcb, IcmpCause[name]));

  it('one that a listener has of a SYN is ended by these over IPv4, and by those over IPv6', () => {
    const a = linux('SYN-RECEIVED');
    expect(opening(a)).toEqual(['UNREACHABLE', 'PARAMETER']);
    a.tcb.family = 6;
    expect(opening(a)).toEqual(['PORT', 'PROHIBITED', 'PARAMETER', 'NEXT_HEADER']);
  });

  it('so is an early one of Fast Open by any, until somebody has accepted it', () => {
    const a = linux('SYN-RECEIVED');
    a.tcb.fastOpen = FastOpen.EARLY;
    expect(opening(a)).toEqual(names);
    a.tcb.fastOpen = FastOpen.EARLY | FastOpen.ACCEPTED;
    expect(opening(a)).toEqual([]);
    expect(opening(linux('ESTABLISHED'))).toEqual([]);
    expect(opening(linux('SYN-RECEIVED', { active: true }))).toEqual(names);
  });
});

describe('opening', () => {
  const answer = (a: Endpoint, tsEcr: number): string => {
    a.inject('SYN,ACK', 0, 1, { ...options({ mss: 1460, ts: 9 }), tsEcr });
    return `${a.state} ${sent(a)[0]?.split(' ')[0]}`;
  };

  it('the echo of a SYN,ACK lies between the first SYN and now, else it is reset', () => {
    for (const waitMs of [0, 1500]) {
      const judged = [-1, 0, waitMs, waitMs + 1].map((ms) => {
        const a = linux('SYN-SENT', { startUs: 5_000_000 });
        const first = parts.tsNow(a.engine, a.tcb);
        pass(a, waitMs);
        a.sent.length = 0;
        return answer(a, (first + ms) | 0);
      });
      expect(judged).toEqual(['SYN-SENT RST', 'ESTABLISHED ACK', 'ESTABLISHED ACK', 'SYN-SENT RST']);
    }
  });

  it('an echo of 0 is none, and neither is that of a peer without timestamps', () => {
    expect(answer(linux('SYN-SENT', { startUs: 5_000_000 }), 0)).toBe('ESTABLISHED ACK');
    const a = linux('SYN-SENT', { startUs: 5_000_000 });
    a.inject('SYN,ACK', 0, 1, { ...options({ mss: 1460 }), tsEcr: 7 });
    expect(a.state).toBe('ESTABLISHED');
    const b = linux('SYN-SENT', { startUs: 5_000_000, config: { timestamps: false } });
    expect(answer(b, 7)).toBe('ESTABLISHED ACK');
  });

  it('a SYN,ACK counts as text for the time since the last', () => {
    const a = linux('SYN-SENT', { startUs: 5_000_000 });
    pass(a, 300);
    a.inject('SYN,ACK', 0, 1, options({ mss: 1460 }));
    expect([a.state, a.tcb.rcv.textMs]).toEqual(['ESTABLISHED', 5300]);
  });

  it('a SYN that goes again offers no more than the path has; a SYN,ACK what the link has', () => {
    const again = (state: StateName, pmtu: number): number[] => {
      const a = linux(state);
      a.tcb.pmtu = pmtu;
      pass(a, 1000);
      return a.sent.map((r) => r.mss);
    };
    expect(again('SYN-SENT', 1000)).toEqual([960]);
    expect(again('SYN-SENT', 1500)).toEqual([1460]);
    expect(again('SYN-RECEIVED', 1000)).toEqual([1460]);
  });

  it('a SYN that comes again starts the timer of the SYN,ACK anew; another segment does not', () => {
    const a = linux('SYN-RECEIVED');
    pass(a, 500);
    a.inject('SYN,ACK', 0, 1);
    expect([a.state, a.tcb.timer.rexmt]).toEqual(['SYN-RECEIVED', 1000]);
    const b = linux('SYN-RECEIVED');
    pass(b, 500);
    b.inject('SYN', 0);
    expect([b.state, b.tcb.timer.rexmt, sent(b)]).toEqual([
      'SYN-RECEIVED',
      1500,
      ['SYN,ACK seq=0 ack=1 len=0'],
    ]);
  });

  it('Fast Open: behind the text of the SYN the window is the buffer, and the peer’s begins behind our SYN', () => {
    const early = (n: number, cookie: readonly number[]): Endpoint => {
      const a = new Endpoint(2, 2000, tcp, rules);
      a.autoRead = false;
      a.engine.cookies = new TestCookies();
      a.openPassive();
      a.inject('SYN', 0, 0, { ...text(n), cookie: [...cookie] });
      return a;
    };
    const room = ({ tcb: { rcv } }: Endpoint): number => (rcv.edge - rcv.user) | 0;
    const a = early(100, TestCookies.COOKIE);
    expect([a.tcb.snd.wnd, room(a)]).toEqual([65_536, a.tcb.rcv.buf]);
    const none = early(0, TestCookies.COOKIE);
    expect([none.tcb.snd.wnd, room(none) < none.tcb.rcv.buf]).toEqual([65_536, true]);
    expect(early(100, []).tcb.snd.wnd).toBe(65_535);
  });
});

describe('the ACK of a FIN', () => {
  it('waits for a FIN of ours: a millisecond where it is the first thing to come, else 40', () => {
    const a = linux('ESTABLISHED');
    a.inject('FIN,ACK', 1, 1);
    expect(departures(a, 100)).toEqual([{ at: 1, line: 'ACK seq=1 ack=2 len=0' }]);
    const b = linux('ESTABLISHED');
    b.inject('ACK', 1, 1, text(10));
    b.inject('FIN,ACK', 11, 1);
    expect(departures(b, 100)).toEqual([
      { at: 0, line: 'ACK seq=1 ack=11 len=0' },
      { at: 40, line: 'ACK seq=1 ack=12 len=0' },
    ]);
    const c = linux('ESTABLISHED', { config: { quickAcks: 0 } });
    c.inject('FIN,ACK', 1, 1);
    expect(departures(c, 100)).toEqual([{ at: 40, line: 'ACK seq=1 ack=2 len=0' }]);
  });

  it('does so also where the FIN ends text', () => {
    const ends = (lengths: readonly number[]): number[] => {
      const a = linux('ESTABLISHED', { syn: options({ mss: 1460 }), config: { quickAcks: 0 } });
      let seq = 1;
      for (const [i, n] of lengths.entries()) {
        a.inject(i === lengths.length - 1 ? 'FIN,ACK' : 'ACK', seq, 1, text(n));
        seq += n;
      }
      return departures(a, 100).map(({ at }) => at);
    };
    expect(ends([1000])).toEqual([40]);
    expect(ends([1000, 999])).toEqual([40]); // 2000, and the FIN is one
  });

  it('does not wait with a SYN,ACK, beyond a hole, or after our own FIN', () => {
    const a = linux('SYN-SENT');
    a.inject('SYN,FIN,ACK', 0, 1);
    expect([a.state, sent(a)]).toEqual(['CLOSE-WAIT', ['ACK seq=1 ack=2 len=0']]);
    const b = linux('ESTABLISHED');
    b.inject('FIN,ACK', 11, 1);
    expect([b.state, sent(b)]).toEqual(['ESTABLISHED', ['ACK seq=1 ack=1 len=0']]);
    const c = linux('FIN-WAIT-2');
    c.inject('FIN,ACK', 1, 2);
    expect([c.state, sent(c)]).toEqual(['TIME-WAIT', ['ACK seq=2 ack=2 len=0']]);
  });

  it('reports no duplicate that came with it', () => {
    const a = linux('ESTABLISHED', { syn: options({ mss: 1460, sack: true }) });
    a.inject('ACK', 1, 1, text(10));
    a.inject('FIN,ACK', 1, 1, text(10));
    pass(a, 100);
    expect([a.state, a.sent.at(-1)?.sack]).toEqual(['CLOSE-WAIT', []]);
  });
});

describe('the end', () => {
  it('a RST at RCV.NXT ends TIME-WAIT, another does not', () => {
    const a = linux('TIME-WAIT');
    a.inject('RST', 3);
    expect([a.state, a.drops]).toEqual(['TIME-WAIT', ['rst-in-time-wait']]);
    a.inject('RST', 2);
    expect([a.state, a.rows]).toEqual(['CLOSED', ['time-wait-rst']]);
  });

  it.each(['linux', 'freebsd'] as const)('%s: a RST is ECONNRESET in CLOSING and LAST-ACK, too', (name) => {
    for (const state of ['CLOSING', 'LAST-ACK'] as const) {
      const profile = hostProfiles[name];
      const a = inState(state, { config: profile.tcp, rules: profile.rules });
      a.inject('RST', 2);
      expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.RESET]);
    }
  });
});

describe('what is sent and counted', () => {
  it('a closed window is probed by an old sequence number, without an octet, later and later', () => {
    const a = linux('ESTABLISHED', { wnd: 0 });
    a.send(octets(100));
    const probe = 'ACK seq=0 ack=1 len=0';
    const probes = departures(a, 3500);
    expect(probes.map(({ line }) => line)).toEqual(new Array(4).fill(probe));
    const at = probes.map((p) => p.at);
    expect(at.map((ms) => ms / (at[0] as number))).toEqual([1, 3, 7, 15]);
    a.inject('ACK', 1, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100']);
  });

  it('AccECN: old text counts where it ends at the last ACK, or after it', () => {
    const a = linux('LISTEN', { config: { ecn: 'accurate' } });
    a.inject('SYN,ECE,CWR', 0, 0, { ae: 1 });
    a.inject('ACK,CWR', 1, 1);
    const marked = (ctl: string, seq: number, n: number): number => {
      const before = a.tcb.accEcn?.rCep ?? 0;
      a.inject(ctl, seq, 1, { ...text(n), ae: 1, ecn: ECN_CE });
      return (a.tcb.accEcn?.rCep ?? 0) - before;
    };
    expect(marked('ACK,ECE', 1, 10)).toBe(1);
    expect(a.tcb.rcv.acked - a.tcb.rcv.irs).toBe(11);
    expect(marked('ACK,ECE', 1, 10)).toBe(1);
    expect(marked('ACK,ECE', 1, 9)).toBe(0);
    expect(marked('ACK,ECE', 11, 0)).toBe(1); // nothing old: counted as ever
  });

  it('linuxRules: what no sysctl says stays as it is', () => {
    expect(linuxRules({})).toEqual({});
    expect(Object.keys(linuxRules({ minTsoSegs: 4 }))).toEqual(['burst', 'pushes']);
    expect(linuxRules({ tailLossProbe: true })).toEqual({ lossProbe: rfc9293.lossProbe });
    const sack = { syn: options({ mss: 1460, sack: true }) };
    const a = linux('ESTABLISHED', { ...sack, rules: linuxRules({ tailLossProbe: false }) });
    a.send(octets(10));
    a.sent.length = 0;
    a.engine.rules.lossProbe(a.engine, a.tcb);
    expect(a.sent).toEqual([]);
    const b = linux('ESTABLISHED', sack);
    b.send(octets(10));
    b.engine.rules.lossProbe(b.engine, b.tcb);
    expect(b.sent.map((r) => r.text.length)).toEqual([10, 10]);
  });
});
