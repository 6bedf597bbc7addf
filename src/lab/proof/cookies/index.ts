// The base theory and SYN cookies (RFC 4987 section 3.6): a listener that keeps nothing until the third segment comes. Its ISS is
// a cookie, a function of the four-tuple, of the SYN's number and of a secret; an ACK that bears it brings it all back. So a
// cookie that is out is an incarnation that has an ISS and knows IRS, and does not live.

import { base } from '../base/index.ts';
import type { RemovedRule } from '../removed.ts';
import type { Part, Theory } from '../theory.ts';

const OUT = 'state(p) = COOKIE';
const OURS = 'irs(q) = iss(p)';
const NO_COOKIE = 'forall r. host(r) = h & state(r) = COOKIE -> iss(r) ~= irs(q)';

const cookie: Part = {
  id: 'cookies',
  title: { en: 'SYN cookies', zh: 'SYN cookie' },
  state: {},
  actions: [
    {
      name: 'LISTEN: SYN, cookie',
      section: 'RFC 4987 3.6',
      says: {
        en: 'A SYN is answered with a cookie for an ISS, and forgotten.',
        zh: '用 cookie 作为 ISS 应答 SYN，随即忘掉它。',
      },
      when: ['state(p) = NONE', 'free(host(p))', '~used(host(p), iss(p))', 'apart(p, q)', 'sent_syn(q)'],
      does: [
        'state(p) := COOKIE',
        'used(host(p), iss(p)) := true',
        'heard(p) := true',
        'irs(p) := iss(q)',
        'took(p, q) := true',
        'sent_syn_ack(p) := true',
      ],
    },
    {
      name: 'LISTEN: SYN, cookie again',
      section: 'RFC 4987 3.6',
      says: {
        en: 'The SYN comes again: the same cookie, for it is a function of what the SYN says.',
        zh: 'SYN 再次到达：cookie 由 SYN 的内容算出，因此还是同一个。',
      },
      when: [OUT, 'free(host(p))', 'apart(p, q)', 'sent_syn(q)', 'iss(q) = irs(p)'],
      does: ['sent_syn_ack(p) := true'],
    },
    {
      name: 'LISTEN: ACK of a cookie',
      section: 'RFC 4987 3.6',
      says: {
        en: 'An ACK bears a cookie that is good for it: a connection.',
        zh: 'ACK 带着与之相符的 cookie：连接建立。',
      },
      when: [OUT, 'free(host(p))', 'apart(p, q)', 'sent_ack(q, x)', 'iss(q) = irs(p)', OURS, 'one <= x'],
      does: ['state(p) := ESTABLISHED', 'syn_acked(p) := true'],
    },
    {
      name: 'LISTEN: ACK of no cookie',
      section: '3.10.7.2',
      says: {
        en: 'While cookies are out, an ACK that bears none is answered by a RST.',
        zh: '有 cookie 未收回时，不带 cookie 的 ACK 用 RST 应答。',
      },
      when: ['free(h)', 'host(q) ~= h', 'sent_ack(q, x)', NO_COOKIE],
      does: ['sent_rst(h, irs(q), x) := true'],
    },
    {
      name: 'cookie over',
      section: 'RFC 4987 3.6',
      says: { en: 'The cookie’s time is over.', zh: 'cookie 过期。' },
      when: [OUT],
      does: ['state(p) := GONE'],
    },
  ],
  properties: [
    {
      name: 'cookies alone',
      says: {
        en: 'While a cookie is out, no connection of its host is half-open: nothing is kept of a SYN.',
        zh: '有 cookie 未收回时，该主机没有半开的连接：不为 SYN 保存任何东西。',
      },
      holds: `${OUT} & host(p) = host(q) -> ~(state(q) in {SYN_SENT, SYN_RECEIVED})`,
    },
  ],
  helpers: [
    {
      name: 'cookie',
      says: { en: 'IRS is in the cookie.', zh: 'cookie 中含有 IRS。' },
      holds: `${OUT} -> heard(p)`,
      neededFor: ['LISTEN: ACK of a cookie', 'talks'],
    },
  ],
};

/** The base theory, and a listener that may answer with cookies. */
export const cookies: Theory = {
  ...base,
  id: 'cookies',
  title: { en: 'The base theory, and SYN cookies', zh: '基本理论，外加 SYN cookie' },
  assumes: [
    ...base.assumes.map((text) =>
      text.en.startsWith('Not modelled')
        ? { en: text.en.replace(' SYN cookies,', ''), zh: text.zh.replace('SYN cookie、', '') }
        : text,
    ),
    {
      en: 'Nobody guesses a cookie; no two are alike while one of them is good; and none is good again once its connection has ended (its time is over, or the ACK that bears it is gone).',
      zh: '没有人能猜中 cookie；一个 cookie 有效期间，没有另一个与它相同；连接结束之后，它的 cookie 不再有效（已过期，或带着它的 ACK 已消失）。',
    },
    {
      en: 'While a cookie of the four-tuple may still be good, the host opens no connection of it in another way.',
      zh: '在某四元组的 cookie 可能仍有效时，主机不会以别的方式打开该四元组的连接。',
    },
  ],
  states: [...base.states, 'COOKIE'],
  definitions: {
    ...base.definitions,
    live: { args: ['p'], body: '~(state(p) in {NONE, COOKIE, ENDED, GONE})' },
    talks: { args: ['p'], body: '~(state(p) in {NONE, COOKIE, SYN_SENT, ENDED, GONE})' },
    nobody: { args: ['h'], body: `forall r. host(r) = h -> ~live(r) & state(r) ~= COOKIE` },
    free: { args: ['h'], body: 'forall r. host(r) = h -> ~live(r)' },
  },
  parts: [...base.parts, cookie],
};

/** What fails when a cookie is not looked at. */
export const cookieRules: readonly RemovedRule[] = [
  {
    id: 'cookie-check',
    rule: {
      en: 'An ACK must bear the cookie of its own SYN.',
      zh: 'ACK 必须带着针对它自己的 SYN 的 cookie。',
    },
    section: 'RFC 4987 3.6',
    changes: [{ action: 'LISTEN: ACK of a cookie', when: { [OURS]: [] } }],
    fails: [
      ['LISTEN: ACK of a cookie', 'agreement'],
      ['LISTEN: ACK of a cookie', 'one peer'],
    ],
  },
  {
    id: 'cookie-once',
    rule: {
      en: 'No cookie makes a second connection when the first has ended.',
      zh: '连接结束后，同一个 cookie 不会再建立连接。',
    },
    section: 'RFC 4987 3.6',
    changes: [
      {
        action: 'LISTEN: ACK of a cookie',
        when: { [OUT]: [`${OUT} | state(p) in {ENDED, GONE} & heard(p)`] },
      },
    ],
    fails: [['LISTEN: ACK of a cookie', 'RST']],
  },
  {
    id: 'cookie-no-rst',
    rule: {
      en: 'An ACK that bears a cookie is not answered by a RST.',
      zh: '带着 cookie 的 ACK 不会招来 RST。',
    },
    section: 'RFC 4987 3.6',
    changes: [{ action: 'LISTEN: ACK of no cookie', when: { [NO_COOKIE]: [] } }],
    fails: [['LISTEN: ACK of no cookie', 'RST']],
  },
];
