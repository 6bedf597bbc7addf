// Which walks of real hosts are held against which theory, and the mutants of them.

import { rfc9293, usedEarly } from '../../../tcp/index.ts';
import { mutantNamed, without } from '../../mutants/index.ts';
import { base } from '../base/index.ts';
import { theoryNamed } from '../theories.ts';
import type { Theory } from '../theory.ts';
import type { HostsConfig, HostsOptions } from './hosts-walk.ts';

/** Walks against a theory. */
export interface HostsItem {
  readonly theory: Theory;
  readonly config: HostsConfig;
}

const listens = { listens: true } as const;

/** What is walked in. */
export const hostsItems: readonly HostsItem[] = [
  {
    theory: base,
    config: {
      id: 'hosts',
      about: 'A host that opens, one that listens; each writes, closes, aborts.',
      ...listens,
    },
  },
  {
    theory: base,
    config: { id: 'hosts-active', about: 'Both hosts open actively, also at once.', listens: false },
  },
  {
    theory: theoryNamed('half-close'),
    config: {
      id: 'hosts-detach',
      about: 'Programs close one direction, or both with something unread.',
      ...listens,
      detaches: true,
    },
  },
  {
    theory: theoryNamed('cookies'),
    config: {
      id: 'hosts-cookies',
      about: 'The listener answers every SYN with a cookie.',
      ...listens,
      cookies: true,
    },
  },
  {
    theory: theoryNamed('fast'),
    config: {
      id: 'hosts-fast',
      about: 'Text goes with the SYN, and is read before the handshake is over.',
      ...listens,
      fastOpen: true,
    },
  },
];

/** A mutant on real hosts: see `BridgeMutant`. */
export interface HostsMutant extends HostsItem {
  readonly mutant: string;
  readonly options: HostsOptions;
  readonly rules: readonly string[];
}

function itemNamed(id: string): HostsItem {
  return hostsItems.find(({ config }) => config.id === id) as HostsItem;
}

/** Text of any segment is read in SYN-RECEIVED, once that of the SYN was. */
const anyEarlyText = without({
  ack(e, tcb, seg) {
    const { rcv } = tcb;
    const next = seg.textLen > 0 && seg.seq === rcv.nxt && tcb.snd.fin === 0;
    if (!usedEarly(tcb) || !next || !e.out.text(tcb, seg, 0, seg.seq, seg.textLen))
      return rfc9293.ack(e, tcb, seg);
    rcv.nxt = (rcv.nxt + seg.textLen) | 0;
    e.rules.sendAck(e, tcb);
    return true;
  },
});

/** Mutants of the hosts' walks. */
export const hostsMutants: readonly HostsMutant[] = [
  {
    ...itemNamed('hosts'),
    mutant: 'two-way-handshake',
    options: { rules: mutantNamed('two-way-handshake').rules },
    rules: ['three'],
  },
  {
    ...itemNamed('hosts'),
    mutant: 'close-both-ways',
    options: { rules: mutantNamed('close-both-ways').rules },
    rules: ['four'],
  },
  // The host as it is, when a cookie comes back that has made a connection before: the theory takes that for impossible.
  {
    ...itemNamed('hosts-cookies'),
    mutant: 'cookie-again',
    options: { goesOn: true },
    rules: ['cookie-once'],
  },
  {
    ...itemNamed('hosts-fast'),
    mutant: 'any-early-text',
    options: { rules: anyEarlyText },
    rules: ['early-text'],
  },
];
