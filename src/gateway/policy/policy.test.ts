import { describe, expect, it } from 'vitest';
import { type IpAddress, parseAddress } from '../../wire/index.ts';
import { LearnedNames, Policy, type PolicyOptions, type PolicyRule, type Subject } from './index.ts';
import { Rule } from './rule.ts';

const at = (text: string): IpAddress => parseAddress(text) as IpAddress;
const subject = (address: string, more: Partial<Subject> = {}): Subject => ({
  guest: 'vm1',
  protocol: 'tcp',
  port: 443,
  address: at(address),
  names: [],
  ...more,
});

describe('a rule as text', () => {
  const texts: [string, PolicyRule][] = [
    ['example.org', { name: 'example.org' }],
    ['*.npmjs.org:443', { name: '*.npmjs.org', port: '443' }],
    ['*:443', { name: '*', port: '443' }],
    ['192.0.2.1:8000-8999/udp', { address: '192.0.2.1', port: '8000-8999', protocol: 'udp' }],
    ['10.0.0.0/8', { address: '10.0.0.0/8' }],
    ['2001:db8::/32', { address: '2001:db8::/32' }],
    ['2001:db8::80', { address: '2001:db8::80' }],
    ['2001:db8::/32/udp', { address: '2001:db8::/32', protocol: 'udp' }],
    ['[2001:db8::]/32:22', { address: '2001:db8::/32', port: '22' }],
    ['db.corp@2001:db8::1', { name: 'db.corp', address: '2001:db8::1' }],
    ['db.corp@[2001:db8::]/32:22', { name: 'db.corp', address: '2001:db8::/32', port: '22' }],
    ['[2001:db8::1]:22', { address: '2001:db8::1', port: '22' }],
    ['db.corp@10.1.0.0/16:5432', { name: 'db.corp', address: '10.1.0.0/16', port: '5432' }],
    ['vm1>example.org:443/any', { guest: 'vm1', name: 'example.org', port: '443', protocol: 'any' }],
    [':53/udp', { port: '53', protocol: 'udp' }],
  ];
  for (const [text, rule] of texts)
    it(`${text} is ${JSON.stringify(rule)}`, () => {
      const [a, b] = [new Rule(text), new Rule(rule)] as unknown as Record<string, unknown>[];
      expect({ ...a, text: '' }).toEqual({ ...b, text: '' });
      for (const port of [22, 53, 443, 5432, 8080])
        for (const protocol of ['tcp', 'udp'] as const)
          for (const address of ['192.0.2.1', '10.1.2.3', '2001:db8::1']) {
            const asked = subject(address, {
              port,
              protocol,
              names: ['example.org', 'db.corp', 'a.npmjs.org'],
            });
            expect(new Rule(text).matches(asked)).toBe(new Rule(rule).matches(asked));
          }
    });

  for (const text of [
    '',
    'a b',
    'exa*mple.org',
    '2001:db8::zz',
    '[x]:80',
    'x:80-',
    'a@b@c',
    '*.*.org',
    '10.0.0.0/33',
    'x:0',
    'x:70000',
    'x:9-8',
    '1.2.3.4@5.6.7.8',
    'x..y',
  ])
    it(`'${text}' is none, and the error says so`, () => {
      expect(() => new Rule(text)).toThrow(/^rule /);
    });
});

/** What is asked: a name, an answer, a SYN, first octets; and what is said. */
interface Row {
  readonly title: string;
  readonly policy: PolicyOptions;
  readonly name?: string;
  readonly answer?: readonly [names: readonly string[], address: string];
  readonly connect?: Subject;
  readonly hello?: readonly [subject: Subject, names: readonly string[], hidden?: boolean];
  readonly says: boolean;
  readonly rule?: string;
}

const NPM = { allow: ['registry.npmjs.org:443', '*.npmjs.org:443'] };

/** The exam: what allow-lists by name get wrong. */
const EXAM: Readonly<Record<string, readonly Row[]>> = {
  'names that are not allowed are not resolved': [
    { title: 'an allowed one', policy: NPM, name: 'registry.npmjs.org', says: true },
    { title: 'another', policy: NPM, name: 'evil.example', says: false, rule: 'otherwise deny' },
    { title: 'data in a name', policy: NPM, name: 'c2VjcmV0.evil.example', says: false },
    { title: 'without a list', policy: {}, name: 'evil.example', says: true },
    { title: 'a denied one', policy: { deny: ['evil.example'] }, name: 'evil.example', says: false },
    {
      title: 'denied on one port only',
      policy: { deny: ['evil.example:25'] },
      name: 'evil.example',
      says: true,
    },
    { title: 'of another guest', policy: { allow: ['vm2>example.org'] }, name: 'example.org', says: false },
  ],
  wildcards: [
    { title: 'below', policy: { allow: ['*.example.org'] }, name: 'a.b.example.org', says: true },
    { title: 'not the name itself', policy: { allow: ['*.example.org'] }, name: 'example.org', says: false },
    {
      title: 'not what ends alike',
      policy: { allow: ['*.example.org'] },
      name: 'evilexample.org',
      says: false,
    },
    {
      title: 'not in front of another',
      policy: { allow: ['example.org'] },
      name: 'example.org.evil.net',
      says: false,
    },
    { title: 'every name', policy: { allow: ['*'] }, name: 'anything.net', says: true },
  ],
  'case and dots at the end': [
    { title: 'in a rule', policy: { allow: ['EXAMPLE.Org.'] }, name: 'example.org', says: true },
    { title: 'in a wildcard', policy: { allow: ['*.EXAMPLE.org.'] }, name: 'a.example.org', says: true },
  ],
  literals: [
    { title: 'an address that no name led to', policy: NPM, connect: subject('104.16.0.1'), says: false },
    {
      title: 'and every name allowed',
      policy: { allow: ['*:443'] },
      connect: subject('104.16.0.1'),
      says: false,
    },
    {
      title: 'one that is named',
      policy: { allow: ['104.16.0.1:443'] },
      connect: subject('104.16.0.1'),
      says: true,
    },
    {
      title: 'on another port',
      policy: { allow: ['104.16.0.1:443'] },
      connect: subject('104.16.0.1', { port: 22 }),
      says: false,
    },
  ],
  'AAAA and IPv6': [
    { title: 'literal', policy: NPM, connect: subject('2606:4700::1'), says: false },
    { title: 'loopback', policy: {}, connect: subject('::1'), says: false, rule: 'closed: loopback' },
    { title: 'link-local', policy: {}, connect: subject('fe80::1'), says: false, rule: 'closed: link-local' },
    { title: 'unique local', policy: {}, connect: subject('fd12::1'), says: false, rule: 'closed: private' },
    {
      title: 'IPv4 within',
      policy: {},
      connect: subject('64:ff9b::a00:1'),
      says: false,
      rule: 'closed: private',
    },
    { title: '6to4', policy: {}, connect: subject('2002:7f00:1::'), says: false, rule: 'closed: loopback' },
    {
      title: 'mapped',
      policy: {},
      connect: subject('::ffff:127.0.0.1'),
      says: false,
      rule: 'closed: loopback',
    },
    {
      title: 'compatible',
      policy: {},
      connect: subject('::a9fe:a9fe'),
      says: false,
      rule: 'closed: metadata',
    },
    {
      title: 'Teredo',
      policy: {},
      connect: subject('2001:0:1:2:3:4:f5ff:fffe'),
      says: false,
      rule: 'closed: private',
    },
    { title: 'a public one', policy: {}, connect: subject('2606:4700::1'), says: true },
  ],
  'ranges that are not the public network': [
    {
      title: 'host loopback',
      policy: {},
      connect: subject('127.0.0.1'),
      says: false,
      rule: 'closed: loopback',
    },
    { title: 'all of it', policy: {}, connect: subject('127.8.9.1'), says: false, rule: 'closed: loopback' },
    { title: 'nobody', policy: {}, connect: subject('0.0.0.0'), says: false },
    { title: 'private', policy: {}, connect: subject('192.168.1.1'), says: false, rule: 'closed: private' },
    { title: 'carrier-grade', policy: {}, connect: subject('100.64.0.1'), says: false },
    {
      title: 'all the world does not name it',
      policy: { allow: ['0.0.0.0/0'] },
      connect: subject('10.0.0.1'),
      says: false,
    },
    {
      title: 'a network within does',
      policy: { allow: ['10.1.0.0/16'] },
      connect: subject('10.1.0.1'),
      says: true,
    },
    { title: 'and no more', policy: { allow: ['10.1.0.0/16'] }, connect: subject('10.2.0.1'), says: false },
    {
      title: 'deny comes first',
      policy: { allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'] },
      connect: subject('10.1.0.1'),
      says: false,
    },
  ],
  metadata: [
    {
      title: 'IPv4',
      policy: {},
      connect: subject('169.254.169.254', { port: 80 }),
      says: false,
      rule: 'closed: metadata',
    },
    {
      title: 'IPv6',
      policy: {},
      connect: subject('fd00:ec2::254', { port: 80 }),
      says: false,
      rule: 'closed: metadata',
    },
    {
      title: 'link-local does not name it',
      policy: { allow: ['169.254.0.0/16'] },
      connect: subject('169.254.169.254'),
      says: false,
    },
    {
      title: 'private does not name it',
      policy: { allow: ['fd00::/8'] },
      connect: subject('fd00:ec2::254'),
      says: false,
    },
    {
      title: 'exactly',
      policy: { allow: ['169.254.169.254'] },
      connect: subject('169.254.169.254'),
      says: true,
    },
  ],
  'rebinding: an allowed name that leads where it must not': [
    { title: 'a public address', policy: NPM, answer: [['registry.npmjs.org'], '104.16.0.1'], says: true },
    {
      title: 'loopback',
      policy: NPM,
      answer: [['registry.npmjs.org'], '127.0.0.1'],
      says: false,
      rule: 'closed: loopback',
    },
    { title: 'private', policy: NPM, answer: [['registry.npmjs.org'], '10.0.0.1'], says: false },
    { title: 'metadata', policy: {}, answer: [['anything.net'], '169.254.169.254'], says: false },
    { title: 'IPv6', policy: NPM, answer: [['registry.npmjs.org'], '::1'], says: false },
    {
      title: 'into a range of its own',
      policy: { allow: ['db.corp@10.1.0.0/16'] },
      answer: [['db.corp'], '10.1.0.5'],
      says: true,
    },
    {
      title: 'and beyond it',
      policy: { allow: ['db.corp@10.1.0.0/16'] },
      answer: [['db.corp'], '10.2.0.5'],
      says: false,
    },
    {
      title: 'another name into it',
      policy: { allow: ['db.corp@10.1.0.0/16', 'other.net'] },
      answer: [['other.net'], '10.1.0.5'],
      says: false,
    },
    {
      title: 'the SYN there',
      policy: { allow: ['db.corp@10.1.0.0/16:5432'] },
      connect: subject('10.1.0.5', { port: 5432, names: ['db.corp'] }),
      says: true,
    },
    {
      title: 'the SYN there by nobody',
      policy: { allow: ['db.corp@10.1.0.0/16:5432'] },
      connect: subject('10.1.0.5', { port: 5432 }),
      says: false,
    },
  ],
  'CNAME chains': [
    {
      title: 'an allowed name may lead to any',
      policy: NPM,
      answer: [['registry.npmjs.org', 'cdn.example'], '192.0.2.1'],
      says: true,
    },
    {
      title: 'but to none that is denied',
      policy: { ...NPM, deny: ['cdn.example'] },
      answer: [['registry.npmjs.org', 'cdn.example'], '192.0.2.1'],
      says: false,
    },
    {
      title: 'in the middle of the chain neither',
      policy: { deny: ['b.net'] },
      answer: [['a.net', 'b.net', 'c.net'], '192.0.2.1'],
      says: false,
    },
    {
      title: 'strict: all of them',
      policy: { ...NPM, aliases: 'strict' },
      answer: [['registry.npmjs.org', 'cdn.example'], '192.0.2.1'],
      says: false,
    },
    {
      title: 'strict, and all allowed',
      policy: { ...NPM, aliases: 'strict' },
      answer: [['registry.npmjs.org', 'x.npmjs.org'], '192.0.2.1'],
      says: true,
    },
    {
      title: 'an alias is not allowed for being one',
      policy: NPM,
      answer: [['evil.example', 'registry.npmjs.org'], '192.0.2.1'],
      says: false,
    },
  ],
  'DoH, DoT and other servers of names': [
    { title: 'DoT by address', policy: NPM, connect: subject('1.1.1.1', { port: 853 }), says: false },
    { title: 'DoH by address', policy: NPM, connect: subject('1.1.1.1'), says: false },
    { title: 'DoH by name', policy: NPM, name: 'dns.google', says: false },
    {
      title: 'DNS to others',
      policy: NPM,
      connect: subject('8.8.8.8', { port: 53, protocol: 'udp' }),
      says: false,
    },
  ],
  QUIC: [
    {
      title: 'a name allows TCP alone',
      policy: NPM,
      connect: subject('104.16.0.1', { protocol: 'udp', names: ['registry.npmjs.org'] }),
      says: false,
    },
    {
      title: 'unless it says more',
      policy: { allow: ['x.net:443/any'] },
      connect: subject('104.16.0.1', { protocol: 'udp', names: ['x.net'] }),
      says: true,
    },
    {
      title: 'a denied name is denied both',
      policy: { deny: ['x.net:443'] },
      connect: subject('104.16.0.1', { protocol: 'udp', names: ['x.net'] }),
      says: false,
    },
  ],
  'server names': [
    {
      title: 'the allowed one',
      policy: NPM,
      hello: [subject('104.16.0.1'), ['registry.npmjs.org']],
      says: true,
    },
    {
      title: 'another one of the same address',
      policy: NPM,
      hello: [subject('104.16.0.1'), ['evil.example']],
      says: false,
    },
    {
      title: 'none',
      policy: NPM,
      hello: [subject('104.16.0.1'), []],
      says: false,
      rule: 'it asks for no name',
    },
    {
      title: 'an address for a name',
      policy: NPM,
      hello: [subject('104.16.0.1'), ['104.16.0.1']],
      says: false,
    },
    {
      title: 'two that differ (Host and target)',
      policy: NPM,
      hello: [subject('104.16.0.1'), ['registry.npmjs.org', 'evil.example']],
      says: false,
    },
    {
      title: 'allowed on another port',
      policy: { allow: ['a.net:443', 'b.net:8443'] },
      hello: [subject('104.16.0.1'), ['b.net']],
      says: false,
    },
    {
      title: 'of another guest',
      policy: { allow: ['a.net', 'vm2>b.net'] },
      hello: [subject('104.16.0.1'), ['b.net']],
      says: false,
    },
    {
      title: 'encrypted',
      policy: NPM,
      hello: [subject('104.16.0.1'), ['registry.npmjs.org'], true],
      says: false,
      rule: 'encrypted hello',
    },
    {
      title: 'encrypted, and allowed',
      policy: { ...NPM, encryptedHello: 'allow' },
      hello: [subject('104.16.0.1'), ['registry.npmjs.org'], true],
      says: true,
    },
  ],
};

describe('the exam of policies', () => {
  for (const [chapter, rows] of Object.entries(EXAM))
    describe(chapter, () => {
      for (const { title, policy, name, answer, connect, hello, says, rule } of rows)
        it(`${title}: ${says ? 'allowed' : 'denied'}`, () => {
          const asked = new Policy(policy);
          const verdict =
            name !== undefined
              ? asked.judgeName('vm1', name)
              : answer !== undefined
                ? asked.judgeAnswer('vm1', answer[0], at(answer[1]))
                : connect !== undefined
                  ? asked.judge(connect)
                  : hello !== undefined
                    ? asked.judgeHello(hello[0], hello[1], true, hello[2] ?? false)
                    : null;
          expect(verdict?.allowed).toBe(says);
          if (rule !== undefined) expect(verdict?.rule).toBe(rule);
        });
    });

  it('first octets are looked at where names decide, and nowhere else', () => {
    const inspect = (policy: PolicyOptions, more: Partial<Subject> = {}) =>
      new Policy(policy).judge(subject('104.16.0.1', { names: ['a.net'], ...more })).inspect;
    expect(inspect({ allow: ['a.net'] })).toBe('tls');
    expect(inspect({ allow: ['a.net'] }, { port: 80 })).toBe('http');
    expect(inspect({ allow: ['a.net'] }, { port: 22 })).toBe(null);
    expect(inspect({ deny: ['b.net'] })).toBe('tls');
    expect(inspect({})).toBe(null);
    expect(inspect({ allow: ['104.16.0.1'] })).toBe(null);
    expect(inspect({ allow: ['a.net'], tlsPorts: [8443] }, { port: 8443 })).toBe('tls');
  });

  it('a rule without a name comes before one with: what is allowed by address needs no name', () => {
    const verdict = new Policy({ allow: ['a.net', '104.16.0.0/16'] }).judge(
      subject('104.16.0.1', { names: ['a.net'] }),
    );
    expect([verdict.rule, verdict.byName]).toEqual(['allow 104.16.0.0/16', false]);
  });
});

describe('names that a guest was told of', () => {
  it('hold for as long as the answer said, the latest first', () => {
    const learned = new LearnedNames();
    learned.learn('192.0.2.1', ['a.net'], 1000);
    learned.learn('192.0.2.1', ['b.net', 'c.net'], 2000);
    expect(learned.namesOf('192.0.2.1', 999)).toEqual(['c.net', 'b.net', 'a.net']);
    expect(learned.namesOf('192.0.2.1', 1000)).toEqual(['c.net', 'b.net']);
    expect(learned.namesOf('192.0.2.2', 0)).toEqual([]);
    expect([learned.namesOf('192.0.2.1', 2000), learned.size]).toEqual([[], 0]);
  });

  it('are bounded: the oldest go', () => {
    const learned = new LearnedNames();
    for (let n = 0; n < 10_000; n++) learned.learn(`a${n}`, [`n${n}`], 1e9);
    for (let n = 0; n < 100; n++) learned.learn('b', [`n${n}`], 1e9);
    expect([learned.size, learned.namesOf('b', 0).length, learned.namesOf('a0', 0)]).toEqual([4096, 32, []]);
  });
});
