// What has several names in the lab: the words of books, of `ss` and `netstat`, of interviews, in English and
// Chinese. The search looks for the concept, whichever name was used.

/** Concepts and the patterns that name them; texts are in lower case and NFKC. */
const CONCEPTS: Readonly<Record<string, RegExp>> = {
  // The states, by RFC 9293, ss, netstat, and without any sign.
  'syn-sent': /\bsyn[-_ ]?se(?:nt|nd)\b/,
  'syn-received': /\bsyn[-_ ]?(?:received|rcvd|recv|rec)\b/,
  established: /\bestab(?:lished)?\b|已建立|建立(?:了|后|的)?连接/,
  'fin-wait-1': /\bfin[-_ ]?wait[-_ ]?1\b/,
  'fin-wait-2': /\bfin[-_ ]?wait[-_ ]?2\b/,
  'close-wait': /\bclose[-_ ]?wait\b/,
  'last-ack': /\blast[-_]ack\b/,
  'time-wait': /\btime[-_ ]?wait\b/,
  closing: /\bclosing (?:state)\b|\bclosing 状态/,
  listen: /\blisten(?:s|ing|er)?\b|监听/,
  // The steps of the handshake, and of the close.
  handshake: /\bhandshak|握手/,
  'three-way': /\b(?:three|3)[- ]?way|三次握手|三步握手|三报文|\bthree handshakes?|三次/,
  'two-way': /\b(?:two|2)[- ]?(?:way|handshake|segment handshake|step)|两次握手|二次握手|不是两次|两次/,
  'four-way': /\b(?:four|4)[- ]?(?:way|segments?|steps?|times)|四次挥手|四次握手|四次/,
  'three-segment-close': /\b(?:three|3)[- ]?segments?|三次挥手|变(?:成)?三次|合并(?:成|为)三/,
  'step-1': /\b(?:first|1st) (?:handshake|syn|step|segment|message|packet)|第一次握手|第一个 ?syn|首个 ?syn/,
  'step-2':
    /\b(?:second|2nd) (?:handshake|step|segment|message|packet|syn)|第二次握手|\bsyn ?[-+,/&] ?ack\b|\bsynack\b|\bsyn and ack\b/,
  'step-3':
    /\b(?:third|3rd|final|last) (?:handshake|step|segment|message|packet)|\b(?:third|3rd) ack|\back3\b|第三次握手|第三个 ?(?:ack|报文)|最后一次握手|\bfinal ack of the handshake|handshake'?s (?:last|final) ack/,
  'close-1': /第一次挥手|\bfirst fin\b|\bfirst (?:wave|segment of the close)/,
  'close-2':
    /第二次挥手|\back of (?:the|my|its|our) fin\b|\bfin'?s ack\b|\bfin ack lost|\bsecond (?:wave|segment of the close)/,
  'close-3': /第三次挥手|\bsecond fin\b|\bthird (?:wave|segment of the close)/,
  'close-4':
    /第四次挥手|最后(?:一个|一次|的) ?(?:ack|挥手|确认)|\b(?:last|final|fourth|4th) ack\b|\bfourth (?:wave|segment)|\blastack\b/,
  close: /\bclos(?:e|es|ed|ing)\b|关闭|挥手|断开|释放连接|\bteardown|\btear(?:ing)? down|\bterminat/,
  // What kind of answer is wanted.
  why: /\bwhy\b|为什么|为何|\breasons?\b|原因/,
  // What goes wrong on the way.
  lost: /\blos(?:t|e|es|ing|s)\b|\bdrop(?:s|ped|ping)?\b|\bmissing\b|\bnever arriv|\b(?:does|did)(?: not|n't) arrive|丢|没(?:有)?(?:收|到|送)|收不到|未到达/,
  stale: /\b(?:stale|old|delayed|duplicates?|late|historic(?:al)?)\b|旧|历史|失效|过期|迟到|延迟的|滞留/,
  retransmit: /\bre-?transmi|\bre-?s(?:end|ent)\b|\brepeat|\bretr(?:y|ies|ied)\b|重传|重发|重试/,
  duplicate: /\bduplicat|\bdup\b|副本|重复/,
  'out-of-order': /\bout[- ]of[- ]order|\breorder|乱序/,
  // Numbers, flags, timers.
  isn: /\bisn\b|\biss\b|\binitial sequence|初始(?:化)?序(?:列)?号|初始化序号/,
  random: /\brandom|\bpredict|\bguess|随机|预测|猜/,
  seq: /\bseq(?:uence)?(?: numbers?)?\b|序(?:列)?号/,
  ack: /\backs?\b|\backnowledg|确认/,
  syn: /\bsyns?\b/,
  fin: /\bfins?\b/,
  rst: /\brsts?\b|\breset|复位|重置/,
  '2msl': /\b(?:2|two|twice the) ?\*? ?msl\b|\bmaximum segment lifetime|最长报文段寿命|最大报文段?生存/,
  msl: /msl\b/,
  timeout: /\btime(?:d|s)?[- ]?out|超时|\betimedout\b/,
  wait: /\bwait(?:s|ed|ing)?\b|等待|要等|等多久|停留/,
  // Half this, half that: three things.
  'half-close': /\bhalf[- ]?clos|半关闭|\bshutdown\b/,
  'half-open': /\bhalf[- ]?open|半打开|半开/,
  'syn-queue': /\bsyn[- ]?(?:queue|backlog)|半连接(?:队列)?/,
  'accept-queue': /\baccept[- ]?queue|\bacceptq\b|全连接(?:队列)?|\bsomaxconn\b/,
  backlog: /\bbacklog\b|\bqueues?\b|队列/,
  full: /\bfull\b|\boverflow|满/,
  accept: /\baccept(?:s|ed|ing)?\b/,
  // Stories.
  'syn-flood': /\bsyn[- ]?flood|洪泛|洪水|syn ?攻击|\bddos\b|半连接攻击/,
  cookie: /\bcookies?\b/,
  'simultaneous-open':
    /\bsimultaneous(?:ly)? (?:open|connect)|\bsimopen\b|同时打开|同时(?:发起)?建立|同时发起连接|\bopen at (?:the same time|once)/,
  'simultaneous-close':
    /\bsimultaneous(?:ly)? clos|\bsimclose\b|同时关闭|同时发送 ?fin|\bclose at (?:the same time|once)|\bfins? cross/,
  simultaneous: /\bsimultaneous|\bat the same time\b|\bat once\b|同时/,
  keepalive: /\bkeep[- ]?alive|保活|心跳/,
  'zero-window':
    /\bzero[- ]?win|\bwindow (?:is )?(?:0|zero|closed|full)|零窗口|窗口(?:为|变为|是) ?(?:0|零)|\bpersist/,
  'fast-open': /\bfast ?open|\btfo\b|快速打开/,
  refused: /\brefus|\beconnrefused\b|拒绝/,
  filtered: /\bfilter|\bfirewall|\bblackhole|防火墙|过滤/,
  crash: /\bcrash|\breboot|\bpower(?:ed)?[- ]?(?:cut|off|fail)|\brestart|崩溃|断电|宕机|重启|死机|掉电/,
  cable: /\bcable|\bunplug|\bpull(?:ed|ing)? the plug|网线|断网/,
  linger: /\bso_linger\b|\blinger/,
  unread: /\bunread\b|未读|没(?:有)?读/,
  reuse: /\breuse|\btw_reuse\b|复用|重用/,
  'too-many': /\btoo many\b|\bpile|\bthousands\b|\bmany\b|过多|太多|大量|很多/,
  leak: /\bleak|泄漏|泄露/,
  attacker: /\battack|\bforg|\bspoof|\bblind|\binject|攻击|伪造|注入/,
  payload: /\bpayload|\bcarr(?:y|ies)\b|携带|带(?:有|上)?数据/,
  data: /\bdata\b|\bbytes?\b|\btext\b|数据|字节/,
  client: /\bclients?\b|客户(?:端|机)?/,
  server: /\bservers?\b|服务(?:端|器)/,
  need: /\bneed|\bmust\b|\bnecessary|必须|需要|必要/,
  analogy: /\btelephone|\bphone|\banalog|电话|类比|比喻/,
  mtu: /\bmtu\b|\bpmtu|\bmss\b|分片|黑洞/,
};

const entries = Object.entries(CONCEPTS);

/** The concepts that a text names, as tokens: `@rst`. */
export function conceptsIn(text: string): string[] {
  return entries.filter(([, pattern]) => pattern.test(text)).map(([name]) => `@${name}`);
}
