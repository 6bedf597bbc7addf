// What is said about everything but segments that leave: arrivals, losses, calls, timers, faults; and notes.

import type { Texts } from './text.ts';

/** The sentences. `{me}` is the end that the event is at, `{peer}` the other one. */
export const eventTexts = {
  becomes: { en: '{me} goes from {from} to {to}.', zh: '{me}由 {from} 变为 {to}。' },
  arrives: { en: '{flags} from {peer} arrives at {me}.', zh: '{peer}的 {flags} 到达{me}。' },
  arrivesCopy: {
    en: 'A copy of {flags} from {peer} arrives at {me}.',
    zh: '{peer}的 {flags} 的一个副本到达{me}。',
  },
  discards: {
    en: '{flags} from {peer} arrives at {me}, which discards it.',
    zh: '{peer}的 {flags} 到达{me}，被丢弃。',
  },
  arrivesForged: { en: 'The forged {flags} arrives at {me}.', zh: '伪造的 {flags} 到达{me}。' },
  discardsForged: {
    en: 'The forged {flags} arrives at {me}, which discards it.',
    zh: '伪造的 {flags} 到达{me}，被丢弃。',
  },
  keepsNothing: {
    en: 'The SYN queue is full, and the listener keeps nothing of this SYN: it answers with a cookie.',
    zh: '半连接队列已满，监听套接字不保存这个 SYN 的任何信息，而是用 cookie 应答。',
  },
  timeWaitSyn: {
    en: 'A SYN opens TIME-WAIT anew only if its sequence number or timestamp is newer than all before; this one could be an old duplicate, and is answered by an ACK.',
    zh: '只有序列号或时间戳比此前都新的 SYN 才能让 TIME-WAIT 重新打开；这一个可能是旧的重复报文段，只用 ACK 应答。',
  },
  queueFullAck: {
    en: 'The accept queue has no room, so the ACK is discarded in silence; {me} will repeat its SYN,ACK, and {peer} will acknowledge it again.',
    zh: '全连接队列已满，这个 ACK 被默默丢弃；{me}会重传 SYN,ACK，{peer}会再次确认。',
  },
  finBeyond: {
    en: 'The FIN lies beyond a hole at {nxt}: it is remembered, and counts only when the hole is filled.',
    zh: '这个 FIN 位于 {nxt} 处的缺口之后：先记下来，等缺口补上才生效。',
  },
  finOutOfOrder: {
    en: 'A FIN stands after all text: as long as an octet before it is missing, the state does not change.',
    zh: 'FIN 排在全部数据之后：前面只要还缺一个字节，状态就不变。',
  },
  arrivesUnknown: { en: 'A segment arrives at {me}.', zh: '一个报文段到达{me}。' },
  acksSyn: {
    en: 'It acknowledges the SYN of {me}: SND.UNA = {una}.',
    zh: '它确认了{me}的 SYN：SND.UNA = {una}。',
  },
  advances: {
    en: 'SND.UNA advances by {n} to {una}: everything before it is acknowledged.',
    zh: 'SND.UNA 前进 {n}，到 {una}：此前的内容都已得到确认。',
  },
  takes: {
    en: 'RCV.NXT advances by {n} to {nxt}.',
    zh: 'RCV.NXT 前进 {n}，到 {nxt}。',
  },
  keepsBeyond: {
    en: 'Its text lies beyond a hole at {nxt} and is kept until the hole is filled.',
    zh: '它的数据位于 {nxt} 处的缺口之后，先保存起来，等缺口补上。',
  },
  windowNow: { en: 'The send window is now {wnd} octets.', zh: '发送窗口现在是 {wnd} 个字节。' },
  windowClosed: {
    en: 'The window is closed: no new text may be sent.',
    zh: '窗口已关闭：不能再发送新的数据。',
  },
  nothingChanged: {
    en: 'The segment is acceptable but says nothing new: only the fields are checked.',
    zh: '报文段可以接受，但没有带来新的内容：只是检查了各个字段。',
  },
  duplicateAck: {
    en: 'It repeats SEG.ACK = SND.UNA = {una}: a duplicate ACK.',
    zh: '它重复 SEG.ACK = SND.UNA = {una}：一个重复确认。',
  },
  duplicateAckWhy: {
    en: 'Something is in flight and the ACK does not advance: a hint of a loss; the third in a row, or SACK, starts a fast retransmission.',
    zh: '有数据在途，确认却没有前进：这是丢失的迹象；连续第三个，或者 SACK，会触发快速重传。',
  },
  stillClosed: {
    en: 'The window is still closed; that {peer} answers at all shows that it is alive.',
    zh: '窗口仍然关闭；但{peer}有应答，说明它还在。',
  },
  stillClosedWhy: {
    en: 'As long as probes are acknowledged the connection stays open, however long the window is closed.',
    zh: '只要探测得到确认，窗口关闭多久，连接都会保持。',
  },
  textIn: { en: '{flags} ({octets})', zh: '{flags}（{octets}）' },
  noFlags: { en: 'a segment without control bits', zh: '没有控制位的报文段' },
  cumulative: {
    en: 'The ACK is acceptable (SND.UNA < SEG.ACK =< SND.NXT) and cumulative.',
    zh: '这个 ACK 可以接受（SND.UNA < SEG.ACK =< SND.NXT），并且是累积确认。',
  },
  inOrder: {
    en: 'It begins at RCV.NXT, or before it, and lies in the window: what is new is taken.',
    zh: '它从 RCV.NXT（或更前面）开始并落在窗口内：接收其中新的部分。',
  },
  updatesWindow: {
    en: 'A segment that is not older than the last window update sets SND.WND.',
    zh: '只要报文段不比上次窗口更新更旧，就用它更新 SND.WND。',
  },
  outOfOrder: {
    en: 'Segments may arrive out of order: what lies in the window beyond a hole is kept, and not acknowledged cumulatively.',
    zh: '报文段可能乱序到达：落在窗口内但在缺口之后的部分先保存，不计入累积确认。',
  },
  observed: {
    en: 'This end is only observed: its state is known, its rule is not.',
    zh: '这一端只是被观察：知道它的状态，不知道它依据的规则。',
  },
  noteForged: {
    en: '{me} cannot tell that it is forged, and takes it for a segment of {peer}.',
    zh: '{me}看不出它是伪造的，把它当成了{peer}的报文段。',
  },
  noteForgedStranger: {
    en: '{me} cannot tell that it is forged, and takes it for a segment of the address that it claims to come from.',
    zh: '{me}看不出它是伪造的，以为它真的来自所声称的地址。',
  },
  // Losses.
  lost: {
    en: '{flags} from {peer} is lost: {me} will never see it.',
    zh: '{peer}发出的 {flags} 丢失：{me}永远看不到它。',
  },
  lostToNobody: {
    en: '{flags} from {peer} is lost: nobody will ever see it.',
    zh: '{peer}发出的 {flags} 丢失：没有谁会收到它。',
  },
  lostWhy: {
    en: '{reason}; neither end is told, only a timer or a duplicate ACK can notice it.',
    zh: '{reason}；两端都得不到通知，只有定时器或重复确认才能发现。',
  },
  'lost-loss': { en: 'The link lost it by chance', zh: '链路随机丢失' },
  'lost-rule': { en: 'A rule of the experiment took it from the wire', zh: '实验规则把它从链路上拿走了' },
  'lost-partition': { en: 'The wire is cut', zh: '链路已中断' },
  'lost-mtu': { en: 'It is larger than the MTU of the wire', zh: '它超过了链路的 MTU' },
  'lost-queue': { en: 'The queue of the link is full', zh: '链路的队列已满' },
  'lost-capacity': { en: 'Too many packets are under way', zh: '途中的数据包过多' },
  'lost-down': { en: 'The host there has crashed', zh: '那里的主机已崩溃' },
  'lost-nobody': { en: 'No host has the address that it is for', zh: '没有主机使用它的目的地址' },
  'lost-other': { en: 'The link dropped it', zh: '链路丢弃了它' },
  // Calls.
  'call-listen': {
    en: 'The program of {me} waits for connections: passive OPEN.',
    zh: '{me}的程序等待连接：被动 OPEN。',
  },
  'call-connect': {
    en: 'The program of {me} asks for a connection: active OPEN.',
    zh: '{me}的程序请求连接：主动 OPEN。',
  },
  'call-connected': {
    en: 'The program of {me} is told that the connection is open.',
    zh: '{me}的程序得知：连接已建立。',
  },
  'call-accept': {
    en: 'The program of {me} takes the connection from the accept queue.',
    zh: '{me}的程序从全连接队列取走这条连接。',
  },
  'call-write': { en: 'The program of {me} writes {octets}: SEND.', zh: '{me}的程序写入 {octets}：SEND。' },
  'call-read': {
    en: 'The program of {me} reads {octets}: RECEIVE.',
    zh: '{me}的程序读取 {octets}：RECEIVE。',
  },
  'call-eof': {
    en: 'The program of {me} finds the end of the stream: {peer} has closed its direction.',
    zh: '{me}的程序读到流的末尾：{peer}已关闭自己的方向。',
  },
  'call-shutdown': {
    en: 'The program of {me} ends its own direction and goes on reading: half-close.',
    zh: '{me}的程序结束自己的发送方向，但继续读取：半关闭。',
  },
  'call-close': { en: 'The program of {me} closes both directions.', zh: '{me}的程序关闭两个方向。' },
  'call-abort': { en: 'The program of {me} aborts the connection.', zh: '{me}的程序中止连接。' },
  'call-error': { en: 'A call of the program of {me} fails: {code}.', zh: '{me}的程序调用失败：{code}。' },
  'why-listen': {
    en: 'A passive OPEN creates a TCB in LISTEN.',
    zh: '被动 OPEN 建立一个处于 LISTEN 的 TCB。',
  },
  'why-connect': { en: 'An active OPEN sends a SYN.', zh: '主动 OPEN 会发出 SYN。' },
  'why-connected': {
    en: 'OPEN returns when ESTABLISHED is reached.',
    zh: '进入 ESTABLISHED 时，OPEN 返回。',
  },
  'why-accept': {
    en: 'The handshake is the work of TCP alone: it was over before the program took the connection.',
    zh: '握手完全由 TCP 完成：程序取走连接之前它就已经结束。',
  },
  'why-write': {
    en: 'SEND only queues octets; the windows and the rules for sending decide when they go.',
    zh: 'SEND 只是把字节放入队列；何时发出由窗口和发送规则决定。',
  },
  'why-read': {
    en: 'What is read makes room in the receive buffer, and so in the window.',
    zh: '读走的数据腾出接收缓冲区，也就扩大了窗口。',
  },
  'why-eof': {
    en: 'After a FIN the user is told that the connection is closing once everything before it has been read.',
    zh: '收到 FIN 后，用户读完此前的全部数据，才会得知连接正在关闭。',
  },
  'why-shutdown': {
    en: 'CLOSE means "I have no more to send"; a user who closes may go on to RECEIVE until {peer} closes too.',
    zh: 'CLOSE 的含义是“我没有数据要发了”；关闭的一方可以继续 RECEIVE，直到{peer}也关闭。',
  },
  'why-close': {
    en: 'Its own direction is ended by a FIN; what still arrives, nobody will read.',
    zh: '自己的方向用 FIN 结束；此后再到达的数据没有人读取。',
  },
  'why-close-late': {
    en: 'Its own direction has ended already, so no second FIN is sent; what still arrives, nobody will read.',
    zh: '自己的方向早已结束，不会再发第二个 FIN；此后再到达的数据没有人读取。',
  },
  'why-close-unread': {
    en: 'Text has arrived that the program has not read, and will not read any more: a RST tells {peer} so, instead of a FIN.',
    zh: '有数据到达而程序没有读取，以后也不会再读：于是不发 FIN，而用 RST 告诉{peer}。',
  },
  'why-close-early': {
    en: 'There is no connection that a FIN could end: the TCB is only deleted.',
    zh: '还没有可以用 FIN 结束的连接：只需删除 TCB。',
  },
  'why-abort': {
    en: 'ABORT throws away what is queued and tells {peer} with a RST.',
    zh: 'ABORT 丢弃排队的内容，并用 RST 告诉{peer}。',
  },
  'why-abort-silent': {
    en: 'ABORT deletes the TCB; in {state} no RST is sent.',
    zh: 'ABORT 删除 TCB；在 {state} 不发 RST。',
  },
  'why-error-ECONNREFUSED': {
    en: 'A RST that answers the SYN means "connection refused".',
    zh: '应答 SYN 的 RST 表示“连接被拒绝”。',
  },
  'why-error-ECONNABORTED': {
    en: 'This end has aborted the connection itself.',
    zh: '连接已被本端自己中止。',
  },
  'why-error-EADDRINUSE': {
    en: 'A connection between these two sockets exists already.',
    zh: '这一对套接字之间已经有一个连接。',
  },
  'why-error-unopened': {
    en: 'The program has no open connection yet on which it could send.',
    zh: '程序手中还没有可以发送数据的连接。',
  },
  'why-error-ECONNRESET': {
    en: 'A RST has ended the connection: "connection reset".',
    zh: 'RST 结束了连接：“连接被重置”。',
  },
  'why-error-ETIMEDOUT': {
    en: 'R2 has passed without an acknowledgment: "connection aborted due to user timeout".',
    zh: '超过 R2 仍没有确认：“连接因用户超时而中止”。',
  },
  'why-error-EPIPE': {
    en: 'This direction has ended: nothing can be sent any more.',
    zh: '这个方向已经结束：不能再发送。',
  },
  'why-error-other': {
    en: 'The connection is not in a state in which the call is possible.',
    zh: '连接所处的状态不允许这个调用。',
  },
  // Timers.
  'timer-rexmt': { en: 'retransmission timer', zh: '重传定时器' },
  'timer-persist': { en: 'persist timer', zh: '坚持定时器' },
  'timer-delack': { en: 'delayed-ACK timer', zh: '延迟确认定时器' },
  'timer-keep': { en: 'keep-alive timer', zh: '保活定时器' },
  'timer-user': { en: 'user timeout', zh: '用户超时定时器' },
  'timer-wait': { en: 'FIN-WAIT-2 timer', zh: 'FIN-WAIT-2 定时器' },
  'timer-reorder': { en: 'reordering timer', zh: '乱序定时器' },
  'timer-pto': { en: 'loss probe timer', zh: '丢失探测定时器' },
  'timer-pace': { en: 'pacing timer', zh: '发送节奏定时器' },
  'timer-2msl': { en: '2MSL timer', zh: '2MSL 定时器' },
  set: { en: '{me} sets the {timer}: {ms}.', zh: '{me}启动{timer}：{ms}。' },
  set2msl: {
    en: '{me} will wait 2 MSL = 2 × {msl} = {ms}.',
    zh: '{me}将等待 2MSL = 2 × {msl} = {ms}。',
  },
  set2mslNone: {
    en: '{me} does not wait: this TCP keeps no TIME-WAIT.',
    zh: '{me}不作等待：这个 TCP 没有 TIME-WAIT。',
  },
  setWait: {
    en: '{me} will wait {ms}, where 2 MSL are {twice}.',
    zh: '{me}只等待 {ms}，而 2MSL 是 {twice}。',
  },
  'why-otherWait': {
    en: 'This TCP lacks a rule: RFC 9293 wants 2 MSL (MUST-13), for the last ACK to arrive or be repeated and old segments to die.',
    zh: '这个 TCP 少了一条规则：RFC 9293 要求等待 2MSL（MUST-13），好让最后的 ACK 到达或得以重发，并让旧报文段消失。',
  },
  'why-shortWait': {
    en: 'This TCP lacks a rule: 2 MSL would be {twice}; the FIN of {peer} once more, and old segments, may still be under way.',
    zh: '这个 TCP 少了一条规则：2MSL 应为 {twice}；{peer}重传的 FIN 以及旧报文段都可能仍在途中。',
  },
  'why-noThird': {
    en: 'This TCP lacks a rule: it does not wait for an ACK of its SYN, as RFC 9293 does; nothing has come that shows that {peer} wants the connection.',
    zh: '这个 TCP 少了一条规则：它不像 RFC 9293 那样等待对自己 SYN 的确认；没有收到任何东西能说明{peer}真的要建立这个连接。',
  },
  fired: { en: 'The {timer} of {me} runs out.', zh: '{me}的{timer}到期。' },
  cancelled: { en: '{me} stops the {timer}.', zh: '{me}停止{timer}。' },
  'set-rexmt': {
    en: 'Something that was sent is not acknowledged; when RTO has passed it is sent again.',
    zh: '有已发送的内容未被确认；经过 RTO 仍未确认就重传。',
  },
  'set-rexmt-backoff': {
    en: 'RTO is doubled after each timeout (back-off): {n} in a row.',
    zh: '每次超时后 RTO 加倍（退避）：已连续超时 {n} 次。',
  },
  'set-rexmt-at-once': {
    en: 'The RST clears what stood in the way at {peer}: the SYN goes out again at once, not only after RTO.',
    zh: 'RST 会清除{peer}那边的障碍：SYN 立刻重发，不必等满 RTO。',
  },
  'set-persist': {
    en: 'The window of {peer} is closed or too small; when the time has passed it is probed.',
    zh: '{peer}的窗口已关闭或太小；到时就发出探测。',
  },
  'set-delack': {
    en: 'The ACK may wait for text it can go with, less than 0.5 s.',
    zh: 'ACK 可以等待能捎带它的数据，但不得超过 0.5 秒。',
  },
  'set-keep': {
    en: 'If nothing is heard until then, a probe asks whether {peer} is still there.',
    zh: '到那时还没有收到任何内容，就探测{peer}是否还在。',
  },
  'set-user': {
    en: 'R2: if nothing is acknowledged until then, the connection is given up.',
    zh: 'R2：到那时仍没有确认，就放弃连接。',
  },
  'set-wait': {
    en: 'The user has gone: FIN-WAIT-2 does not wait for ever for the FIN of {peer}.',
    zh: '用户已离开：FIN-WAIT-2 不会永远等待{peer}的 FIN。',
  },
  'set-reorder': {
    en: 'Something that was sent later has arrived at {peer}; what is missing may only have been overtaken.',
    zh: '后发送的内容已到达{peer}；缺少的部分也许只是被超越了。',
  },
  'set-pto': {
    en: 'If no ACK comes until then, the last segment goes again: its ACK tells what is missing, before RTO has passed.',
    zh: '到那时仍没有 ACK，就重发最后一个报文段：不必等满 RTO，它的 ACK 就会说明缺少什么。',
  },
  'set-pace': {
    en: 'Segments leave at the pace that the congestion control has found, and not all at once; the next are due then.',
    zh: '报文段按拥塞控制得出的速率依次发出，而不是一次全部发出；下一批到那时发出。',
  },
  'set-2msl': {
    en: 'One MSL lets the last ACK arrive or die, another the FIN that {peer} would repeat; and old segments are gone before a new connection begins.',
    zh: '一个 MSL 留给最后的 ACK 到达或消失，另一个 MSL 留给{peer}可能重传的 FIN；新连接开始之前，旧报文段也都消失了。',
  },
  'fired-rexmt': {
    en: 'Nothing has acknowledged the oldest octet within RTO: it is sent again, and RTO doubled.',
    zh: '最早的未确认内容在 RTO 内没有得到确认：重传，并使 RTO 加倍。',
  },
  'fired-rexmt-at-once': {
    en: 'It was set to go off at once, because the way is free: the SYN is sent again.',
    zh: '障碍已清除，所以它被设为立即到期：重发 SYN。',
  },
  'fired-persist': {
    en: 'The window has been closed, or too small, for so long: a probe is sent, or what fits.',
    zh: '窗口关闭（或者太小）已经这么久：发出探测，或者发送放得下的部分。',
  },
  'fired-delack': {
    en: 'No text came that the ACK could go with: it is sent alone.',
    zh: '没有可以捎带 ACK 的数据：单独发送 ACK。',
  },
  'fired-keep': {
    en: 'Nothing has been heard from {peer} for the keep-alive time.',
    zh: '在保活时间内没有收到{peer}的任何内容。',
  },
  'fired-user': {
    en: 'R2 has passed without an acknowledgment: the connection is given up.',
    zh: '超过 R2 仍没有确认：放弃连接。',
  },
  'fired-wait': {
    en: 'The FIN of {peer} has not come in time: the orphan ends.',
    zh: '{peer}的 FIN 没有按时到来：孤儿连接结束。',
  },
  'fired-reorder': {
    en: 'What is missing has not come late either: it is lost, and sent again.',
    zh: '缺少的部分也没有迟到：它已丢失，重新发送。',
  },
  'fired-pto': {
    en: 'No ACK for two round trips: a probe, the last segment or a new one, asks for one.',
    zh: '两个往返时间内没有 ACK：发送一个探测（最后一个报文段或新的一个）来引出它。',
  },
  'fired-pace': {
    en: 'It is time for the next segments.',
    zh: '轮到下一批报文段发出了。',
  },
  'fired-2msl': {
    en: '2 MSL have passed: no segment of this connection can be under way any more.',
    zh: '2MSL 已过：网络中不可能再有这条连接的报文段。',
  },
  'cancelled-rexmt': {
    en: 'Everything that was sent is acknowledged, or the connection is over.',
    zh: '发出的内容都已确认，或者连接已结束。',
  },
  'cancelled-persist': {
    en: 'The window is open again, or nothing is left to be sent.',
    zh: '窗口重新打开，或者没有要发送的内容了。',
  },
  'cancelled-delack': { en: 'A segment has taken the ACK with it.', zh: '已有报文段捎带了这个 ACK。' },
  'cancelled-keep': {
    en: 'The connection has left the states in which it is kept alive.',
    zh: '连接已离开需要保活的状态。',
  },
  'cancelled-user': {
    en: 'Everything is acknowledged, or the connection is over.',
    zh: '全部得到确认，或者连接已结束。',
  },
  'cancelled-wait': { en: 'FIN-WAIT-2 has ended.', zh: 'FIN-WAIT-2 已结束。' },
  'cancelled-reorder': {
    en: 'What was missing has come, or is known to be lost.',
    zh: '缺少的部分已到达，或者已确定丢失。',
  },
  'cancelled-pto': {
    en: 'Everything is acknowledged, or losses are being repaired.',
    zh: '全部得到确认，或者正在修复丢失。',
  },
  'cancelled-pace': { en: 'The connection is over.', zh: '连接已结束。' },
  'cancelled-2msl': { en: 'TIME-WAIT has ended before its time.', zh: 'TIME-WAIT 提前结束。' },
  // Faults and changes.
  'fault-crash': { en: '{me} crashes and forgets everything.', zh: '{me}崩溃，忘记了一切。' },
  'fault-reboot': {
    en: '{me} is back, and knows nothing of old connections.',
    zh: '{me}重新启动，对旧连接一无所知。',
  },
  'fault-cut': { en: 'The wire is cut: whatever is sent is lost.', zh: '链路中断：发出的一切都会丢失。' },
  'fault-mend': { en: 'The wire is mended.', zh: '链路恢复。' },
  'why-crash': {
    en: 'A crash sends neither FIN nor RST: the other end still believes in the connection, which is half-open.',
    zh: '崩溃既不发 FIN 也不发 RST：另一端仍以为连接存在，这就是半打开。',
  },
  'why-crash-idle': {
    en: 'A crash sends nothing; {peer} had no connection that could become half-open.',
    zh: '崩溃不会发出任何报文段；{peer}当时也没有会变成半打开的连接。',
  },
  'why-crash-opening': {
    en: 'A crash sends neither FIN nor RST: {peer} is not told, and its retransmission timer goes on.',
    zh: '崩溃既不发 FIN 也不发 RST：{peer}得不到通知，重传定时器照常运行。',
  },
  'why-reboot': {
    en: 'If a segment of an old connection comes, it finds no TCB and is answered by a RST.',
    zh: '若有旧连接的报文段到来，会找不到 TCB，得到的是 RST。',
  },
  'why-cut': {
    en: 'TCP is not told: it retransmits until R2, or for ever stays idle if it has nothing to send.',
    zh: 'TCP 得不到通知：有数据就重传直到 R2，没有数据就一直空闲。',
  },
  'why-mend': {
    en: 'TCP is not told: the next retransmission finds out.',
    zh: 'TCP 得不到通知：要等下一次重传才能发现。',
  },
  changeObserved: { en: 'The states change.', zh: '状态改变。' },
  // Notes.
  noteMss: {
    en: 'MSS {n}: the largest text it can take in one segment.',
    zh: 'MSS {n}：它每个报文段能接收的最大数据长度。',
  },
  noteScale: {
    en: 'Window scale {n}: its window fields count in units of {unit} octets, if both ends offer it.',
    zh: '窗口扩大因子 {n}：若双方都支持，它的窗口字段以 {unit} 字节为单位。',
  },
  noteSackPermitted: {
    en: 'SACK permitted: it can tell what has arrived beyond a hole.',
    zh: '允许 SACK：它能说明缺口之后收到了哪些数据。',
  },
  noteTimestamps: {
    en: 'Timestamps: for round-trip times and against old duplicates (PAWS).',
    zh: '时间戳：用于测量往返时间，并防范旧的重复报文段（PAWS）。',
  },
  noteFastOpenAsked: {
    en: 'Fast Open: it asks for a cookie, with which a later SYN may carry text (RFC 7413).',
    zh: 'Fast Open：索要一个 cookie，以后的 SYN 凭它就能携带数据（RFC 7413）。',
  },
  noteFastOpenCookie: {
    en: 'Fast Open: a cookie, the proof that this address receives what is sent to it (RFC 7413).',
    zh: 'Fast Open：带有 cookie，证明这个地址确实收得到发给它的报文（RFC 7413）。',
  },
  noteSack: {
    en: 'SACK: the octets {blocks} have arrived beyond the hole.',
    zh: 'SACK：缺口之后的 {blocks} 已经到达。',
  },
  noteDsack: {
    en: 'D-SACK: the octets {blocks} have arrived twice (RFC 2883).',
    zh: 'D-SACK：{blocks} 收到了两次（RFC 2883）。',
  },
  noteZeroWindow: {
    en: 'Window 0: {peer} must stop sending text.',
    zh: '窗口为 0：{peer}必须停止发送数据。',
  },
  noteHalfClosed: {
    en: 'The connection is half-closed (半关闭): one direction has ended, the other goes on.',
    zh: '连接处于半关闭（half-closed）：一个方向已结束，另一个方向继续。',
  },
  noteHalfOpen: {
    en: 'The connection is half-open (半打开): one end has it, the other knows nothing of it.',
    zh: '连接处于半打开（half-open）：一端还保有它，另一端已一无所知。',
  },
  noteSynQueue: {
    en: 'The connection is in the SYN queue (半连接队列): its handshake is not over.',
    zh: '这条连接在半连接队列（SYN queue）中：握手尚未完成。',
  },
  noteAlsoAcks: {
    en: 'It also acknowledges everything before {ack}.',
    zh: '它同时确认了 {ack} 之前的全部内容。',
  },
  noteAceAsks: {
    en: 'AE, CWR and ECE together ask for AccECN (RFC 9768).',
    zh: 'AE、CWR、ECE 三位全为 1：请求 AccECN（RFC 9768）。',
  },
  noteAceAgrees: {
    en: 'AE, CWR and ECE agree to AccECN, and tell what the ECN field of the SYN was when it arrived.',
    zh: '用 AE、CWR、ECE 三位表示同意 AccECN，并说明 SYN 到达时 ECN 字段的值。',
  },
  noteAce: {
    en: 'AE, CWR and ECE are one number, ACE={n}: marked packets counted from 5, modulo 8; on the ACK of a SYN,ACK, how that arrived.',
    zh: 'AE、CWR、ECE 三位合成一个数 ACE={n}：从 5 数起、被标记的数据包数模 8；在对 SYN,ACK 的确认里，则说明它到达时的样子。',
  },
  noteMarked: {
    en: 'A router marked the packet: congestion experienced (CE, RFC 3168).',
    zh: '路由器给这个数据包打上了“遇到拥塞”的标记（CE，RFC 3168）。',
  },
  noteFlipped: { en: 'The link flipped bit {n} of the packet.', zh: '链路翻转了数据包的第 {n} 位。' },
  noteRto: { en: 'RTO is {ms}.', zh: 'RTO 为 {ms}。' },
} as const satisfies Texts;

/** A key of {@link eventTexts}. */
export type EventTextKey = keyof typeof eventTexts;
