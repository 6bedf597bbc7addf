// What raw sockets forge between a client, a router and a server is judged right: who did it, and which frames show it, beside the
// client, at the router, and beside the server.

import { expect, test } from 'vitest';
import { analyseCapture, type Verdict, verdictText, verdictTexts } from '../../src/capture/index.ts';
import { ACK, RST, SYN } from '../../src/wire/index.ts';
import { aboutPort } from '../capture/confusion.ts';
import { captureKernels } from '../capture/kernel/network.ts';
import { SITUATIONS } from '../capture/kernel/situations.ts';
import type { At } from '../capture/labelled.ts';
import { titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel(['nft', 'tcpdump', 'python3']);

interface Expected {
  readonly id: string;
  readonly culprit: Verdict['culprit'];
  /** The evidence: roles of frames. */
  readonly shows: readonly string[];
  /** Words of what it means, in both languages. */
  readonly en: string;
  readonly zh: string;
}

const forged = (who: string, whoZh: string, shows: readonly string[]): Expected => ({
  ...{ id: 'reset-by-middlebox', culprit: 'network', shows: ['the RST', ...shows] },
  ...{
    en: `The RST in the name of the ${who} does not come from there`,
    zh: `以${whoZh}名义发出的 RST 并不来自它`,
  },
});
const ttl = (own: number): string =>
  `TTL 44, other packets of this side ${own}: another sender, 20 hops away and not 1 if its first TTL is a usual one`;
const COPIED = 'its IP identification is copied from this packet';
const forgedServer = forged('server', '服务器', [ttl(127), COPIED]);
const stale = (...more: string[]): Expected => ({
  ...{ id: 'stale-syn', culprit: 'network', shows: ['the SYN', 'the SYN,ACK', 'the RST', ...more] },
  ...{ en: 'refuses the SYN,ACK with RST', zh: '用 RST 拒绝这个 SYN,ACK' },
});
const halfOpen: Expected = {
  ...{ id: 'half-open', culprit: 'server' },
  shows: ['the last segment of the other side', 'data', 'the RST'],
  ...{ en: 'The server answered a segment with a RST that has no ACK', zh: '服务器用不带 ACK' },
};
const flood: Expected = {
  ...{ id: 'syn-flood', culprit: 'client', shows: Array.from({ length: 5 }, () => 'a SYN') },
  ...{ en: 'from 120 addresses, and 0 handshakes', zh: '内有来自 120 个地址的' },
};
const same = (expected: Expected): Readonly<Record<At, Expected>> => ({
  ...{ left: expected, wire: expected, right: expected },
});

/** What is said of a situation beside the client, at the router, and beside the server. */
const FORGED: Readonly<Record<string, Readonly<Record<At, Expected>>>> = {
  'reset-by-middlebox, forged': {
    ...{ left: forgedServer, wire: forgedServer },
    right: forged('client', '客户端', [ttl(63)]),
  },
  // Behind the router the old SYN is the beginning.
  'stale-syn': { left: stale(), wire: stale(), right: stale('the new SYN') },
  'half-open': same(halfOpen),
  'half-open, after silence': same(halfOpen),
  'syn-flood': same(flood),
};

/** The flags that frames with these roles have; only a RST may have an ACK or none. */
const FLAGS: Readonly<Record<string, number>> = {
  ...{ 'the SYN': SYN, 'a SYN': SYN, 'the new SYN': SYN, 'the SYN,ACK': SYN | ACK, 'the RST': RST },
};

test.skipIf(why !== '')(
  titled(
    'a forged RST, an old SYN, a host that has forgotten, a flood: what happened, who did it and which frames show it, at each place',
    why,
  ),
  async () => {
    const situations = SITUATIONS.filter(({ label }) => Object.hasOwn(FORGED, label));
    const { planned, files } = await captureKernels(situations, 1);
    expect(planned).toHaveLength(Object.keys(FORGED).length);
    expect(files.map(({ at }) => at)).toEqual(['left', 'wire', 'right']);
    for (const { at, octets } of files) {
      const flags = new Map<number, number>();
      const { connections, findings } = analyseCapture(octets, {
        onConnection: (_, { segments }) => {
          for (const { frame, ctl } of segments) flags.set(frame, ctl);
        },
      });
      for (const { situation, port } of planned) {
        const where = `${situation.label}@${at}`;
        const expected = FORGED[situation.label]?.[at];
        if (expected === undefined) throw new Error(`${where} is not expected`);
        const { id, culprit, shows, en, zh } = expected;
        const verdicts =
          situation.many === true
            ? aboutPort(findings, port)
            : (connections.find(({ server }) => server.port === port)?.verdicts ?? []);
        const found = verdicts.find((one) => one.id === id);
        expect(found?.culprit, `${where}: ${verdicts.map((one) => one.id)}`).toBe(culprit);
        const { evidence, params } = found as Verdict;
        expect(
          evidence.map(({ role }) => role.en),
          where,
        ).toEqual(shows);
        for (const { frame, role } of evidence) {
          const has = FLAGS[role.en];
          const of = role.en === 'the RST' ? SYN | RST : SYN | RST | ACK;
          if (has !== undefined) expect((flags.get(frame ?? 0) ?? 0) & of, where).toBe(has);
        }
        const means = verdictTexts.get(id)?.means ?? { en: '', zh: '' };
        expect(verdictText(means, params, 'en'), where).toContain(en);
        expect(verdictText(means, params, 'zh'), where).toContain(zh);
      }
    }
  },
);
