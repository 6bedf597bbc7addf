// Claims 43 to 52: who closes first, and what its FIN says (RFC 9293 section 3.6).

import type { Claim } from './claim.ts';
import { endOf, firstFin, firstHalf, textBetween, WHO } from './close-parts.ts';
import {
  allSent,
  arrival,
  decision,
  enters,
  loss,
  must,
  mustChange,
  number,
  seenIn,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timeText,
} from './evidence.ts';

/** Claims 43 to 52. */
export const finClaims: readonly Claim[] = [
  {
    number: 43,
    claim: { en: 'It is the client that closes first.', zh: '先发起关闭的是客户端。' },
    seeds: [0, 1, 2, 3],
    verdict: 'imprecise',
    truth: {
      en: 'A convention of the drawing: either end may call CLOSE first, and the states go with who closes, not with who opened (section 3.6, cases 1 to 3).',
      zh: '这只是画图时的约定。哪一端都可以先调用 CLOSE；经过哪些状态取决于谁先关闭，而不是谁先打开（第 3.6 节，情形 1 至 3）。',
    },
    scenario: 'close4',
    edits: ['right close 60ms'],
    decide(trace) {
      const fin = firstFin(trace);
      const { from } = fin.event;
      must(tcbOf(trace, fin.at, from).passive, 'the end that opened passively sends the first FIN');
      enters(trace, from, 'TIME-WAIT', { after: fin.at });
      return seenIn(
        trace,
        fin,
        `the first FIN is that of ${WHO[from].en}, which opened passively; it is ${WHO[from].en} that goes to FIN-WAIT-1 and later waits in TIME-WAIT.`,
        `第一个 FIN 由被动打开的${WHO[from].zh}发出，随后进入 FIN-WAIT-1、最后等在 TIME-WAIT 的也是${WHO[from].zh}。`,
      );
    },
  },
  {
    number: 44,
    claim: {
      en: 'The host that closes first may be the client or the server.',
      zh: '主机 1（先关闭的一方）可以是客户端，也可以是服务器端。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'CLOSE is symmetric (section 3.6). A server that closes when it has answered, as HTTP servers often do, owns the TIME-WAITs.',
      zh: 'CLOSE 对两端是对称的（第 3.6 节）。HTTP 服务器往往在应答之后先关闭，TIME-WAIT 也就落在服务器上。',
    },
    scenario: 'tw-pile',
    decide(trace) {
      const waits = trace.connections.map((_, connection) => {
        must(firstFin(trace, connection).event.from === 'right', 'the server sends the first FIN');
        return enters(trace, 'right', 'TIME-WAIT', { connection });
      });
      const last = waits.at(-1);
      const now = (connection: number) => stateOf(trace, last?.at ?? 0, 'right', connection);
      must(
        waits.every((_, connection) => now(connection) === 'TIME-WAIT'),
        'all of them at the same time',
      );
      must(
        last !== undefined && tcbOf(trace, last.at, 'right', last.event.connection).passive,
        'TIME-WAIT at the server',
      );
      return decision(
        last,
        `the server sent the first FIN of each of the ${waits.length} connections, and has ${waits.length} TIME-WAITs now.`,
        `${waits.length} 个连接都由服务器先发 FIN，此刻服务器上有 ${waits.length} 个 TIME-WAIT。`,
      );
    },
  },
  {
    number: 45,
    claim: { en: 'First segment of the close: FIN=1, seq=u.', zh: '第一次挥手：FIN=1，seq=u。' },
    seeds: [0, 1, 3],
    verdict: 'imprecise',
    truth: {
      en: 'It is FIN,ACK: once a connection is established every segment carries a current acknowledgment (sections 3.1, 3.6, figure 12).',
      zh: '实际是 FIN,ACK：连接建立之后，每个报文段都带有当前的确认号（第 3.1 节；第 3.6 节，图 12）。',
    },
    scenario: 'close4',
    decide(trace) {
      const fin = firstFin(trace);
      const { segment, from } = fin.event;
      must(segment.flags.includes('ACK') && segment.ack !== null, 'the FIN has the ACK bit');
      must(segment.ack === tcbOf(trace, fin.at, from).rcv.nxt, 'its acknowledgment is RCV.NXT');
      enters(trace, from, 'FIN-WAIT-1');
      return seenIn(
        trace,
        fin,
        `FIN and ACK are both set; its acknowledgment number is the sender’s RCV.NXT.`,
        `FIN 和 ACK 标志都为 1；确认号就是发送方的 RCV.NXT。`,
      );
    },
  },
  {
    number: 46,
    claim: { en: 'u is the current sequence number of the client.', zh: 'u 是客户端当前的序列号。' },
    seeds: [1],
    verdict: 'true',
    truth: {
      en: 'u = SND.NXT: the number after the last octet that was sent; the FIN takes this one number (section 3.4).',
      zh: 'u = SND.NXT，即已发送的最后一个字节的序列号加 1；FIN 占用的就是这一个序列号（第 3.4 节）。',
    },
    scenario: 'close4',
    edits: ['left write "hello" 50ms'],
    decide(trace) {
      const fin = firstFin(trace);
      const { from, segment } = fin.event;
      const text = allSent(trace, from).findLast(({ at, event }) => at < fin.at && event.segment.length > 0);
      must(text !== undefined, 'text before the FIN');
      must(segment.seq === endOf(text.event), 'the FIN follows the last octet');
      must(segment.seq === tcbOf(trace, fin.at - 1, from).snd.nxt, 'its number is SND.NXT');
      const u = number(trace, from, segment.seq);
      const [name, before] = [segmentName(trace, fin), segmentName(trace, text)];
      return decision(
        fin,
        `${name.en}: u=${u} follows the last octet of ${before.en}, and was SND.NXT.`,
        `${name.zh}：u=${u}，紧接在${before.zh}的最后一个字节之后，正是当时的 SND.NXT。`,
      );
    },
  },
  {
    number: 47,
    claim: {
      en: 'The FIN segment sets both the sequence number and the acknowledgment number.',
      zh: '发送 FIN 报文段时，序列号和确认号都要设置。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'Yes: seq=SND.NXT and ack=RCV.NXT, with the ACK bit (section 3.6, figure 12).',
      zh: '对：seq=SND.NXT，ack=RCV.NXT，并置 ACK 标志（第 3.6 节，图 12）。',
    },
    scenario: 'close4',
    decide(trace) {
      const fin = firstFin(trace);
      const { segment, from } = fin.event;
      const tcb = tcbOf(trace, fin.at, from);
      must(endOf(fin.event) === tcb.snd.nxt, 'its sequence number was SND.NXT');
      must(segment.ack === tcb.rcv.nxt, 'its acknowledgment is RCV.NXT');
      const [nxt, rcv] = [
        number(trace, from, tcb.snd.nxt),
        number(trace, fin.event.from === 'left' ? 'right' : 'left', tcb.rcv.nxt),
      ];
      return seenIn(
        trace,
        fin,
        `both numbers are set; after it SND.NXT=${nxt} and RCV.NXT=${rcv}.`,
        `序列号和确认号都有；发出之后 SND.NXT=${nxt}，RCV.NXT=${rcv}。`,
      );
    },
  },
  {
    number: 48,
    claim: { en: 'A FIN is a request to close the connection.', zh: 'FIN 表示请求关闭（释放）连接。' },
    seeds: [0, 3, 4],
    verdict: 'imprecise',
    truth: {
      en: 'It announces the end of one direction: “I have no more data to send”. The other direction may go on for any time, and nothing in TCP makes it end (section 3.6). The RFC’s list of states does speak of a “connection termination request” (section 3.3.2).',
      zh: 'FIN 宣告一个方向到此为止：“我没有更多数据要发”。另一个方向可以继续任意长的时间，TCP 并不会因此让它结束（第 3.6 节）。不过 RFC 在解释各状态时，确实用了“连接终止请求”（connection termination request）这个说法（第 3.3.2 节）。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { fin, active, passive } = firstHalf(trace);
      const text = sent(trace, passive, 'ACK', { after: arrival(trace, fin).at, text: true });
      must(stateOf(trace, text.at, passive) === 'CLOSE-WAIT', 'text from CLOSE-WAIT');
      must(arrival(trace, text).event.discarded === null, 'the text is accepted');
      must(stateOf(trace, arrival(trace, text).at, active) === 'FIN-WAIT-2', 'it arrives in FIN-WAIT-2');
      return seenIn(
        trace,
        text,
        `${timeText(text.event.t - fin.event.t)} after the FIN ${WHO[passive].en} sends text, in CLOSE-WAIT, and it is accepted. The FIN has not asked it to stop.`,
        `FIN 之后 ${timeText(text.event.t - fin.event.t)}，${WHO[passive].zh}在 CLOSE-WAIT 中照样发送数据，对方也接收了。FIN 并没有要求它停下。`,
      );
    },
  },
  {
    number: 49,
    claim: { en: 'A FIN says: I have no more data to send.', zh: 'FIN 表示“我没有数据要发给你了”。' },
    seeds: [0, 1, 4],
    verdict: 'true',
    truth: {
      en: 'Exactly: “no more data from sender” (section 3.1). After it the sender takes no SEND any more.',
      zh: '正是如此：“发送方不再有数据”（第 3.1 节对 FIN 的定义）。此后发送方不再接受 SEND。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { fin, active, passive } = firstHalf(trace);
      const later = allSent(trace, active).filter(({ at }) => at > fin.at);
      must(
        later.length > 2 && later.every(({ event }) => event.segment.length === 0),
        'no text after the FIN',
      );
      must(textBetween(trace, passive, fin.at, trace.events.length) > 0, 'the other direction goes on');
      return seenIn(
        trace,
        fin,
        `${WHO[active].en} sends ${later.length} more segments after it, none with an octet of text.`,
        `此后${WHO[active].zh}又发了 ${later.length} 个报文段，没有一个带数据。`,
      );
    },
  },
  {
    number: 50,
    claim: { en: 'Having sent the FIN, the end enters FIN_WAIT_1.', zh: '发出 FIN 后进入 FIN_WAIT_1。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'FIN-WAIT-1, and the cause is the CLOSE call: if text is still queued, the state is entered at once and the FIN follows the text (section 3.10.4).',
      zh: '起因是 CLOSE 调用：即使还有数据在排队，也立即进入 FIN-WAIT-1，FIN 随后跟在数据后面发出（第 3.10.4 节）。',
    },
    scenario: 'close4',
    decide(trace) {
      const fin = firstFin(trace);
      mustChange(trace, fin.at, fin.event.from, 'ESTABLISHED', 'FIN-WAIT-1');
      return seenIn(
        trace,
        fin,
        `${WHO[fin.event.from].en} goes from ESTABLISHED to FIN-WAIT-1 as it sends it.`,
        `${WHO[fin.event.from].zh}发出它的同时，从 ESTABLISHED 进入 FIN-WAIT-1。`,
      );
    },
  },
  {
    number: 51,
    claim: { en: 'FIN_WAIT_1 is the half-closed phase.', zh: 'FIN-WAIT-1 阶段就是半关闭阶段。' },
    seeds: [3],
    verdict: 'imprecise',
    truth: {
      en: 'Half-closed means that one direction is finished: FIN-WAIT-2 at one end, CLOSE-WAIT at the other. In FIN-WAIT-1 the FIN, or text before it, may have to be retransmitted (sections 3.6, 3.6.1).',
      zh: '半关闭是指一个方向已经结束：一端 FIN-WAIT-2，另一端 CLOSE-WAIT。在 FIN-WAIT-1 中，FIN 乃至它前面的数据可能还要重传（第 3.6、3.6.1 节）。',
    },
    scenario: 'fin-lost',
    decide(trace) {
      const fin = firstFin(trace);
      const lost = loss(trace, fin);
      const { from, segment } = fin.event;
      const to = from === 'left' ? 'right' : 'left';
      must(stateOf(trace, lost.at, from) === 'FIN-WAIT-1', 'FIN-WAIT-1 with the FIN lost');
      must(stateOf(trace, lost.at, to) === 'ESTABLISHED', 'the other end is ESTABLISHED');
      const again = sent(trace, from, 'FIN,ACK', { after: lost.at });
      must(again.event.retransmission && again.event.segment.seq === segment.seq, 'the FIN is retransmitted');
      must(stateOf(trace, again.at, to) === 'ESTABLISHED', 'the other end is still ESTABLISHED');
      return seenIn(
        trace,
        again,
        `${WHO[from].en} is in FIN-WAIT-1 and retransmits; ${WHO[to].en} is ESTABLISHED and knows of no FIN. No direction is finished.`,
        `${WHO[from].zh}在 FIN-WAIT-1 重传 FIN；${WHO[to].zh}还是 ESTABLISHED，根本不知道有 FIN。哪个方向都还没有结束。`,
      );
    },
  },
  {
    number: 52,
    claim: { en: 'From the FIN on the client sends no data.', zh: '发出 FIN 之后，客户端停止发送数据。' },
    seeds: [0, 3],
    verdict: 'imprecise',
    truth: {
      en: 'No new data. What was sent before the FIN and is not acknowledged is retransmitted (section 3.6, case 1); acknowledgments and window updates go on.',
      zh: '不再发送新数据。FIN 之前发出而尚未得到确认的数据照样重传（第 3.6 节，情形 1）；确认和窗口更新也照常进行。',
    },
    scenario: 'close4',
    edits: ['left write "hello" 70ms', 'drop data#1 left->right'],
    decide(trace) {
      const fin = firstFin(trace);
      const { from, segment } = fin.event;
      const texts = allSent(trace, from).filter(({ at, event }) => at > fin.at && event.segment.length > 0);
      const [text] = texts;
      must(text !== undefined, 'text after the FIN');
      must(
        texts.every(({ event }) => ((segment.seq - event.segment.seq) | 0) >= event.segment.length),
        'all of it stands before the FIN: nothing new',
      );
      must(stateOf(trace, text.at, from) === 'FIN-WAIT-1', 'it is sent in FIN-WAIT-1');
      return seenIn(
        trace,
        text,
        `${WHO[from].en} sends ${text.event.segment.length} octets of text ${timeText(text.event.t - fin.event.t)} after its FIN, in FIN-WAIT-1. They were lost before; new ones it does not send.`,
        `发出 FIN 之后 ${timeText(text.event.t - fin.event.t)}，${WHO[from].zh}在 FIN-WAIT-1 中又发送了 ${text.event.segment.length} 字节数据。那是先前丢失的；新数据则不再发送。`,
      );
    },
  },
];
