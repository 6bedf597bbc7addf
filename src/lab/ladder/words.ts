// What a ladder says in words, in its languages. `{name}` is replaced by a parameter. State names, flags
// and options are the standards' and are not translated.

import { fill, type Lang, type Params } from '../text/index.ts';

/** The texts by key. */
export const words = {
  time: { en: 'time', zh: '时间' },
  client: { en: 'client', zh: '客户端' },
  server: { en: 'server', zh: '服务器' },
  stateChange: { en: 'state change', zh: '状态变化' },
  programCall: { en: 'program call', zh: '程序调用' },
  leaves: { en: 'segment leaves', zh: '报文段发出' },
  arrives: { en: 'arrives', zh: '到达' },
  retransmission: { en: '(retransmission)', zh: '（重传）' },
  partAgain: { en: '({n} of it again)', zh: '（其中 {n} 个重发）' },
  windowMeans: { en: '(meant: {n})', zh: '（本意：{n}）' },
  injected: { en: '(forged)', zh: '（伪造）' },
  oldCopy: { en: '(old copy)', zh: '（旧副本）' },
  damaged: { en: 'damaged', zh: '已损坏' },
  marked: { en: 'marked CE', zh: '被标记 CE' },
  lost: { en: 'lost: {reason}', zh: '丢失：{reason}' },
  'lost-rule': { en: 'on purpose', zh: '人为' },
  'lost-loss': { en: 'chance', zh: '随机' },
  'lost-queue': { en: 'queue full', zh: '队列已满' },
  'lost-partition': { en: 'wire cut', zh: '链路中断' },
  'lost-mtu': { en: 'too long', zh: '超过 MTU' },
  'lost-capacity': { en: 'too many under way', zh: '在途过多' },
  'lost-memory': { en: 'no memory', zh: '内存不足' },
  'lost-cleared': { en: 'wire cleared', zh: '链路清空' },
  'lost-down': { en: 'host is down', zh: '主机已崩溃' },
  'lost-nobody': { en: 'no such host', zh: '没有这个主机' },
  duplicate: { en: 'copy of {segment}', zh: '{segment} 的副本' },
  discarded: { en: 'discarded: {reason}', zh: '丢弃：{reason}' },
  gap: { en: '{seconds} s', zh: '{seconds} 秒' },
  twoMslSet: { en: '2 MSL = {seconds} s', zh: '2 MSL = {seconds} 秒' },
  twoMslOver: { en: '2 MSL over', zh: '2 MSL 已过' },
  twoMslCut: { en: '2 MSL cut short', zh: '2 MSL 提前结束' },
  oneMslSet: { en: '1 MSL = {seconds} s', zh: '1 MSL = {seconds} 秒' },
  noWaitSet: { en: 'no TIME-WAIT', zh: '没有 TIME-WAIT' },
  otherWaitSet: { en: 'TIME-WAIT: {seconds} s', zh: 'TIME-WAIT：{seconds} 秒' },
  waitOver: { en: 'TIME-WAIT over', zh: 'TIME-WAIT 已过' },
  waitCut: { en: 'TIME-WAIT cut short', zh: 'TIME-WAIT 提前结束' },
  timerFired: { en: '{timer} timer', zh: '{timer}定时器' },
  rexmt: { en: 'retransmission', zh: '重传' },
  persist: { en: 'persist', zh: '坚持' },
  delack: { en: 'delayed-ACK', zh: '延迟确认' },
  keep: { en: 'keep-alive', zh: '保活' },
  user: { en: 'user-timeout', zh: '用户超时' },
  wait: { en: 'FIN-WAIT-2', zh: 'FIN-WAIT-2 ' },
  reorder: { en: 'reordering', zh: '乱序' },
  pto: { en: 'loss-probe', zh: '丢失探测' },
  pace: { en: 'pacing', zh: '发送节奏' },
  crash: { en: 'the host crashes', zh: '主机崩溃' },
  reboot: { en: 'the host is back', zh: '主机重新启动' },
  cut: { en: 'the wire is cut', zh: '链路中断' },
  mend: { en: 'the wire is mended', zh: '链路恢复' },
  eof: { en: 'end of stream', zh: '流结束' },
  asObserved: { en: 'as the kernel reports', zh: '内核报告的状态' },
  timerTime: { en: '{timer} timer, {seconds} s', zh: '{timer}定时器，{seconds} 秒' },
  underWay: { en: 'under way', zh: '仍在途中' },
  segmentsBetween: {
    en: 'TCP segments between {left} and {right}, in order of time',
    zh: '{left} 与 {right} 之间的 TCP 报文段，按时间顺序',
  },
  sends: { en: '{name} sends {segment}', zh: '{name} 发出 {segment}' },
  forgedSegment: { en: 'from the side of {name}: {segment}', zh: '{name} 一侧出现 {segment}' },
  receives: { en: '{name} receives {segment}', zh: '{name} 收到 {segment}' },
  losesOnWay: { en: '{segment} of {name} does not arrive', zh: '{name} 的 {segment} 未能到达' },
  programOf: { en: '{name}, program: {call}', zh: '{name} 的程序：{call}' },
  ofEnd: { en: '{name}: {note}', zh: '{name}：{note}' },
  closesAlone: { en: '{name} changes its state', zh: '{name} 状态变化' },
  event: { en: 'event', zh: '事件' },
  sentAt: { en: '(sent at {seconds} s)', zh: '（{seconds} 秒时发出）' },
  rule: { en: 'rule of RFC 9293', zh: 'RFC 9293 规则' },
} as const satisfies Record<string, Readonly<Record<Lang, string>>>;

/** A key of {@link words}. */
export type WordKey = keyof typeof words;

/** The text of a key. */
export function word(lang: Lang, key: WordKey, params: Params = {}): string {
  return fill(words[key][lang], params);
}

/** Why the link lost a segment, in a few words; an unknown reason is its own name. */
export function lostLabel(reason: string, lang: Lang): string {
  const key = `lost-${reason}`;
  return Object.hasOwn(words, key) ? word(lang, key as WordKey) : reason;
}

/** How long TIME-WAIT lasts: 2 MSL, unless the TCP lacks that rule. `mslMs`: undefined where nobody knows it. */
export function waitText(lang: Lang, ms: number, mslMs: number | undefined): string {
  const seconds = String(Math.round(ms) / 1000);
  if (isTwoMsl(ms, mslMs)) return word(lang, 'twoMslSet', { seconds });
  if (ms === 0) return word(lang, 'noWaitSet');
  return word(lang, ms === mslMs ? 'oneMslSet' : 'otherWaitSet', { seconds });
}

/** Whether TIME-WAIT lasts as long as RFC 9293 wants. */
export function isTwoMsl(ms: number, mslMs: number | undefined): boolean {
  return mslMs === undefined || ms === 2 * mslMs;
}
