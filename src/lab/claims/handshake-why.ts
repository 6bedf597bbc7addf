// Claims 23 to 32: what the three segments are for, and what each end knows after each of them.

import { tcbAt } from '../trace.ts';
import type { Claim } from './claim.ts';
import {
  allSent,
  arrival,
  bits,
  call,
  decision,
  enters,
  loss,
  must,
  mustChange,
  number,
  plus,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timer,
  timeText,
} from './evidence.ts';

/** Claims 23 to 32. */
export const whyClaims: readonly Claim[] = [
  {
    number: 23,
    claim: {
      en: 'The purpose of the three segments is to confirm that both sides can send and receive.',
      zh: '三次握手的目的是确认双方的发送能力和接收能力都正常。',
    },
    seeds: [0, 1, 2],
    verdict: 'imprecise',
    truth: {
      en: 'That is a side effect. “The principal reason for the three-way handshake is to prevent old duplicate connection initiations from causing confusion” (section 3.5); and both ends must agree on two ISNs (section 3.4.1).',
      zh: '这只是附带的效果。RFC 说得很明白：三次握手的主要原因，是防止旧的重复连接请求造成混乱（第 3.5 节）；此外双方还要就两个 ISN 达成一致（第 3.4.1 节）。',
    },
    scenario: 'stale-listen',
    rules: 'two-way-handshake',
    instead: {
      en: 'the server waits in SYN-RECEIVED, gets a RST instead of the third segment, and is in LISTEN again; no program has noticed anything.',
      zh: '服务器停在 SYN-RECEIVED 等待，等来的不是第三个报文段而是 RST，于是回到 LISTEN，应用程序毫不知情。',
    },
    decide(trace) {
      must(!trace.events.some((e) => e.kind === 'lost'), 'a network that loses nothing');
      const syn = arrival(trace, sent(trace, 'left', 'SYN'));
      const over = enters(trace, 'left', 'CLOSED');
      must(over.at < syn.at, 'nobody wants this connection any more');
      const open = enters(trace, 'right', 'ESTABLISHED', { after: syn.at });
      must(open.event.t === syn.event.t, 'the server is ESTABLISHED at the SYN');
      const told = call(trace, 'right', 'error');
      return decision(
        open,
        `both hosts can send and receive, and nothing is lost; but the SYN is old. At ${timeText(open.event.t)} the server is ESTABLISHED with a client that has been CLOSED since ${timeText(over.event.t)}; its program accepts, and is told ${told.event.text}.`,
        `两台主机收发都正常，一个报文段也没有丢，但这个 SYN 已经失效：${timeText(open.event.t)} 时服务器进入 ESTABLISHED，而客户端从 ${timeText(over.event.t)} 起就是 CLOSED；服务器程序接受了连接，得到的却是 ${told.event.text}。`,
      );
    },
  },
  {
    number: 24,
    claim: {
      en: 'After the first segment: the client can send, the server can receive.',
      zh: '第一次握手之后：客户端能发，服务器能收。',
    },
    seeds: [1, 2],
    verdict: 'true',
    truth: {
      en: 'It is the server that knows this, when the segment has arrived; the client knows nothing yet.',
      zh: '知道这一点的是服务器，而且是在报文段到达之后；客户端此时还一无所知。',
    },
    scenario: 'syn-lost',
    decide(trace) {
      const first = sent(trace, 'left', 'SYN');
      const lost = loss(trace, first);
      must(tcbAt(trace, lost.at, 'right') === null, 'the server knows nothing while the SYN is lost');
      const came = arrival(trace, sent(trace, 'left', 'SYN', { n: 2 }));
      const { irs } = tcbOf(trace, came.at, 'right').rcv;
      must(irs === first.event.segment.seq, 'then it knows x');
      const { snd } = tcbOf(trace, came.at, 'left');
      must(snd.una === snd.iss, 'the client knows nothing yet');
      return decision(
        came,
        `only when a SYN arrives, at ${timeText(came.event.t)}, does the server know the client and x=${irs}; the client’s TCB still has SND.UNA=ISS.`,
        `直到 ${timeText(came.event.t)} 真有一个 SYN 到达，服务器才知道有这个客户端，知道 x=${irs}；而客户端的 TCB 里 SND.UNA 仍等于 ISS。`,
      );
    },
  },
  {
    number: 25,
    claim: {
      en: 'After the second segment the client knows that everything works; the server does not know yet that the client can receive.',
      zh: '第二次握手之后，客户端知道双方收发都正常，而服务器还不能确认客户端的接收能力。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: 'The client has y and the acknowledgment of x; y itself is not acknowledged until the third segment arrives (section 3.4.1).',
      zh: '客户端拿到了 y，也得到了对 x 的确认；而 y 要等第三个报文段到达才算得到确认（第 3.4.1 节）。',
    },
    scenario: 'synack-lost',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK', { n: 2 });
      const came = arrival(trace, answer);
      const client = tcbOf(trace, came.at, 'left');
      const server = tcbOf(trace, came.at, 'right');
      must(client.state === 'ESTABLISHED' && client.rcv.irs === server.snd.iss, 'the client knows y');
      must(client.snd.una === plus(client.snd.iss, 1), 'x is acknowledged');
      must(server.state === 'SYN-RECEIVED' && server.snd.una === server.snd.iss, 'y is not');
      return decision(
        came,
        `at ${timeText(came.event.t)} the SYN,ACK arrives: the client has SND.UNA=x+1 and IRS=y; the server’s SND.UNA is still y, it cannot know whether its second SYN,ACK got any further than its first.`,
        `${timeText(came.event.t)} 时 SYN,ACK 到达：客户端 SND.UNA=x+1，IRS=y；服务器的 SND.UNA 仍是 y，它无从知道第二个 SYN,ACK 是否也像第一个那样丢了。`,
      );
    },
  },
  {
    number: 26,
    claim: {
      en: 'By sending the SYN,ACK the server has verified that it can send.',
      zh: '服务器发出 SYN,ACK，此时服务器就验证了自己的发送能力正常。',
    },
    seeds: [2],
    verdict: 'wrong',
    truth: {
      en: 'It learns that from the third segment, and not before: its SYN,ACK may be lost, as here (section 3.10.7.4, fifth step).',
      zh: '要等收到第三个报文段才知道：在那之前，SYN,ACK 可能像这里一样已经丢失（第 3.10.7.4 节第五步）。',
    },
    scenario: 'synack-lost',
    decide(trace) {
      const lost = loss(trace, sent(trace, 'right', 'SYN,ACK'));
      const fired = timer(trace, 'right', 'rexmt', 'fired');
      const { snd } = tcbOf(trace, fired.at, 'right');
      must(
        snd.una === snd.iss && stateOf(trace, fired.at, 'right') === 'SYN-RECEIVED',
        'nothing acknowledged',
      );
      const again = sent(trace, 'right', 'SYN,ACK', { after: fired.at });
      must(again.event.retransmission, 'it is sent again');
      return decision(
        fired,
        `the SYN,ACK of ${timeText(lost.event.t)} was lost; ${timeText(fired.event.t - lost.event.t)} later nothing has acknowledged it, the timer fires, and segment ${again.event.id} repeats it.`,
        `${timeText(lost.event.t)} 时发出的 SYN,ACK 丢了；${timeText(fired.event.t - lost.event.t)} 之后仍没有任何确认，定时器到期，由第 ${again.event.id} 个报文段重传。`,
      );
    },
  },
  {
    number: 27,
    claim: {
      en: 'After the third segment the server knows that everything works.',
      zh: '第三次握手之后，服务器知道双方收发都正常。',
    },
    seeds: [1, 2],
    verdict: 'true',
    truth: {
      en: 'When it arrives. Whether it did, the client cannot know: some message is always the last one, and nobody acknowledges it.',
      zh: '前提是它真的到达了。而它到没到，客户端无法知道：总有一个报文段是最后的，没有谁来确认它。',
    },
    scenario: 'ack3-lost',
    decide(trace) {
      const first = sent(trace, 'left', 'ACK');
      const lost = loss(trace, first);
      const second = sent(trace, 'left', 'ACK', { n: 2 });
      const came = arrival(trace, second);
      const [before, after] = [tcbOf(trace, lost.at, 'left'), tcbOf(trace, came.at, 'left')];
      must(before.state === after.state && before.snd.una === after.snd.una, 'the client sees no difference');
      const server = tcbOf(trace, came.at, 'right');
      must(server.state === 'ESTABLISHED' && server.snd.una === plus(server.snd.iss, 1), 'y is acknowledged');
      return decision(
        came,
        `segment ${second.event.id} arrives, and the server’s SND.UNA is y+1. To the client that lost segment ${first.event.id} looked no different: ESTABLISHED, SND.UNA=${number(trace, 'left', after.snd.una)} both times.`,
        `第 ${second.event.id} 个报文段到达，服务器的 SND.UNA 变为 y+1。而在客户端看来，它与先前丢失的第 ${first.event.id} 个毫无区别：两次都是 ESTABLISHED，SND.UNA=${number(trace, 'left', after.snd.una)}。`,
      );
    },
  },
  {
    number: 28,
    claim: {
      en: 'The purpose is to synchronise both initial sequence numbers.',
      zh: '三次握手的目的是同步双方的初始序列号。',
    },
    seeds: [0, 2],
    verdict: 'true',
    truth: {
      en: 'Each ISN has to be sent and acknowledged: four messages, two of which go in one segment (section 3.4.1).',
      zh: '两个 ISN 都要发送，也都要得到确认，共四件事，其中两件合在一个报文段里（第 3.4.1 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const end = enters(trace, 'right', 'ESTABLISHED');
      const client = tcbOf(trace, end.at, 'left');
      const server = tcbOf(trace, end.at, 'right');
      must(
        client.snd.iss === server.rcv.irs && server.snd.iss === client.rcv.irs,
        'the same x and y at both ends',
      );
      must(
        client.snd.una === plus(client.snd.iss, 1) && server.snd.una === plus(server.snd.iss, 1),
        'both SYNs are acknowledged',
      );
      must(
        trace.events.slice(0, end.at).filter((e) => e.kind === 'sent' && e.connection === 0).length === 3,
        'three segments',
      );
      return decision(
        end,
        `after three segments both ends have x=${client.snd.iss} and y=${server.snd.iss}: ISS and IRS are the same numbers crosswise, and both are acknowledged.`,
        `三个报文段之后，两端都掌握了 x=${client.snd.iss} 和 y=${server.snd.iss}：一端的 ISS 就是另一端的 IRS，而且都已得到确认。`,
      );
    },
  },
  {
    number: 29,
    claim: {
      en: 'The purpose is to keep old duplicate connection requests from being taken for new ones.',
      zh: '三次握手的目的是防止旧的、重复的连接请求被当成新的。',
    },
    seeds: [0, 1, 2, 4],
    verdict: 'true',
    truth: {
      en: 'The RFC calls it the principal reason (section 3.5).',
      zh: 'RFC 称之为主要原因（第 3.5 节）。',
    },
    scenario: 'stale-listen',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const came = arrival(trace, syn);
      must(call(trace, 'left', 'close').at < came.at, 'the request was given up before it arrived');
      const reset = sent(trace, 'left', 'RST');
      const ended = arrival(trace, reset);
      mustChange(trace, ended.at, 'right', 'SYN-RECEIVED', 'LISTEN');
      const name = segmentName(trace, reset);
      return decision(
        ended,
        `the SYN of ${timeText(syn.event.t)} arrives at ${timeText(came.event.t)}, when its sender has given up; not an ACK but ${name.en} comes back, and takes the server to LISTEN again.`,
        `${timeText(syn.event.t)} 发出的 SYN 到 ${timeText(came.event.t)} 才到达，发送者早已放弃；服务器等来的不是 ACK，而是${name.zh}，于是回到 LISTEN。`,
      );
    },
  },
  {
    number: 30,
    claim: {
      en: 'Whether a request is still valid is checked by sequence numbers.',
      zh: '连接请求是否有效，通过序列号来验证。',
    },
    seeds: [1],
    verdict: 'true',
    truth: {
      en: 'It is the client that checks, in SYN-SENT, the acknowledgment: SND.UNA < SEG.ACK ≤ SND.NXT (section 3.10.7.3, first step).',
      zh: '由客户端来查：在 SYN-SENT 状态检查确认号是否满足 SND.UNA < SEG.ACK ≤ SND.NXT（第 3.10.7.3 节第一步）。',
    },
    scenario: 'stale-first',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const came = arrival(trace, answer);
      must(came.event.discarded === 'bad-ack-in-syn-sent', 'an acknowledgment that is not acceptable');
      const { snd } = tcbOf(trace, came.at, 'left');
      const ack = answer.event.segment.ack ?? 0;
      must(
        (ack - snd.una) >>> 0 > (snd.nxt - snd.una) >>> 0 || ack === snd.una,
        'it is not in SND.UNA..SND.NXT',
      );
      return decision(
        came,
        `segment ${answer.event.id} acknowledges ${ack}; the client’s SYN has ${snd.iss}, so that only ${snd.nxt} would do: it is discarded.`,
        `第 ${answer.event.id} 个报文段确认的是 ${ack}，而客户端的 SYN 序列号是 ${snd.iss}，只有 ${snd.nxt} 才可接受，于是丢弃。`,
      );
    },
  },
  {
    number: 31,
    claim: {
      en: 'With two segments: when the second one is lost, the client never learns the server’s number, and there is no reliability.',
      zh: '如果是两次握手，第二次握手的报文段一旦丢失，客户端就无法知道服务器的初始序列号，可靠性无从谈起。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: 'Nothing would tell the server to repeat y. In TCP the server’s SYN must be acknowledged like anything else that occupies a sequence number (section 3.4.1).',
      zh: '那样就没有什么能让服务器重传 y。在 TCP 里，服务器的 SYN 占用序列号，和数据一样必须得到确认（第 3.4.1 节）。',
    },
    scenario: 'synack-lost',
    rules: 'two-way-handshake',
    instead: {
      en: 'the server waits for the acknowledgment of y and repeats its SYN,ACK until it comes.',
      zh: '服务器要等对 y 的确认，等不到就重传 SYN,ACK。',
    },
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      loss(trace, answer);
      const open = enters(trace, 'right', 'ESTABLISHED');
      const after = allSent(trace, 'right').filter(({ at }) => at > answer.at);
      must(
        after.length > 0 && after.every(({ event }) => bits(event.segment) === 'ACK'),
        'the server never sends y again',
      );
      const told = call(trace, 'left', 'error');
      must(told.event.text === 'ETIMEDOUT' && told.at > open.at, 'the client gives up');
      must(stateOf(trace, told.at, 'right') === 'ESTABLISHED', 'the server is still ESTABLISHED');
      return decision(
        told,
        `the server has been ESTABLISHED since ${timeText(open.event.t)} and has no reason to repeat y=${answer.event.segment.seq}; it answers the SYNs that come again with ${after.length} ACKs, but without SYN the client, in SYN-SENT, takes no number from them; at ${timeText(told.event.t)} the client gives up: ${told.event.text}.`,
        `服务器从 ${timeText(open.event.t)} 起就是 ESTABLISHED，没有理由重传 y=${answer.event.segment.seq}；对重传来的 SYN，它回了 ${after.length} 个 ACK，但不带 SYN，处在 SYN-SENT 的客户端只能丢弃。${timeText(told.event.t)} 时客户端放弃：${told.event.text}。`,
      );
    },
  },
  {
    number: 32,
    claim: {
      en: 'The client may have sent two SYNs with different numbers, and the old one may arrive first.',
      zh: '客户端可能先后发出两个序列号不同的 SYN，而旧的那个先到达服务器。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: 'The numbers differ only if the client has tried again, a new incarnation of the connection; a SYN that is merely retransmitted has the same number.',
      zh: '序列号不同，说明客户端重新发起了连接，是连接的另一个化身；如果只是重传，SYN 的序列号不变。',
    },
    scenario: 'stale-first',
    decide(trace) {
      const old = sent(trace, 'left', 'SYN');
      const fresh = sent(trace, 'left', 'SYN', { n: 2 });
      const again = sent(trace, 'left', 'SYN', { n: 3 });
      must(fresh.event.segment.seq !== old.event.segment.seq, 'two numbers');
      must(
        again.event.retransmission && again.event.segment.seq === fresh.event.segment.seq,
        'a retransmission has the same',
      );
      const came = arrival(trace, old);
      must(came.at > fresh.at && came.at < arrival(trace, again).at, 'the old one arrives first');
      return decision(
        came,
        `segment ${old.event.id} (x=${old.event.segment.seq}) arrives at ${timeText(came.event.t)}, after segment ${fresh.event.id} (x′=${fresh.event.segment.seq}) was sent and before any copy of it arrives; its retransmission, segment ${again.event.id}, has x′ again.`,
        `第 ${old.event.id} 个报文段（x=${old.event.segment.seq}）在 ${timeText(came.event.t)} 到达，此时第 ${fresh.event.id} 个（x′=${fresh.event.segment.seq}）已经发出，却还没有一份到达；重传的第 ${again.event.id} 个仍是 x′。`,
      );
    },
  },
];
