// What actions and clauses are called. Their English names are what tells them apart, in the theories, in SMT-LIB and in JSON;
// here is what they are called in Chinese.

import type { Lang } from '../text/index.ts';

const ACTIONS: Readonly<Record<string, string>> = {
  // Opening.
  OPEN: '调用 OPEN',
  'LISTEN: SYN': 'LISTEN 收到 SYN',
  'SYN-SENT: SYN,ACK': 'SYN-SENT 收到 SYN,ACK',
  'SYN-SENT: SYN': 'SYN-SENT 收到 SYN',
  'SYN-RECEIVED: ACK': 'SYN-RECEIVED 收到 ACK',
  'SYN-RECEIVED: SYN,ACK': 'SYN-RECEIVED 收到 SYN,ACK',
  'FIN-WAIT-1: ACK of the SYN': 'FIN-WAIT-1 收到对 SYN 的确认',
  'SYN again': '重传 SYN',
  'SYN,ACK again': '重传 SYN,ACK',
  ACK: '发送 ACK',
  // The stream.
  SEND: '调用 SEND',
  octet: '发送字节',
  text: '收到数据',
  'text in order': '数据按序',
  // Closing.
  CLOSE: '调用 CLOSE',
  'CLOSE: the FIN is sent already': '调用 CLOSE，而 FIN 早已发出',
  'FIN sent': '发送 FIN',
  'ACK of the FIN': '收到对 FIN 的确认',
  'ACK of the FIN: both directions': '收到对 FIN 的确认，两个方向一并结束',
  FIN: '收到 FIN',
  'FIN in order': '轮到 FIN',
  'FIN in order: ours with it': '轮到 FIN，随即发出己方的 FIN',
  'FIN in order: both directions': '轮到 FIN，两个方向一并结束',
  'FIN-WAIT-2: ACK': 'FIN-WAIT-2 收到 ACK',
  '2 MSL': '2MSL 到期',
  // Resets.
  'nobody: ACK': '没有连接时收到 ACK',
  'nobody: SYN,ACK': '没有连接时收到 SYN,ACK',
  'CLOSED: SYN': 'CLOSED 收到 SYN',
  'SYN-SENT: ACK of another': 'SYN-SENT 收到不相符的 ACK',
  'SYN-SENT: ACK of another, with our ISS': 'SYN-SENT 收到不相符的 ACK，ISS 却相同',
  'SYN-RECEIVED: ACK of another': 'SYN-RECEIVED 收到不相符的 ACK',
  'SYN-RECEIVED: ACK of another, with our ISS': 'SYN-RECEIVED 收到不相符的 ACK，ISS 却相同',
  'SYN-SENT: RST': 'SYN-SENT 收到 RST',
  RST: '收到 RST',
  ABORT: '调用 ABORT',
  gone: '连接消失',
  // An attacker off the path.
  'LISTEN: forged SYN': 'LISTEN 收到伪造的 SYN',
  'SYN-SENT: forged SYN': 'SYN-SENT 收到伪造的 SYN',
  'forged SYN in SYN-RECEIVED': 'SYN-RECEIVED 收到伪造的 SYN',
  'forged RST': '收到伪造的 RST',
  'forged SYN': '收到伪造的 SYN',
  'forged ACK': '收到伪造的 ACK',
  'forged SYN refused': '拒绝伪造的 SYN',
  'forged ACK refused': '拒绝伪造的 ACK',
  // Half-close.
  'CLOSE of both': '关闭两个方向',
  'text refused': '拒收数据',
  // SYN cookies.
  'LISTEN: SYN, cookie': 'LISTEN 用 cookie 应答 SYN',
  'LISTEN: SYN, cookie again': 'LISTEN 再次用 cookie 应答 SYN',
  'LISTEN: ACK of a cookie': 'LISTEN 收到带 cookie 的 ACK',
  'LISTEN: ACK of no cookie': 'LISTEN 收到不带 cookie 的 ACK',
  'cookie over': 'cookie 过期',
  // Fast Open.
  'SYN with text': '发送带数据的 SYN',
  'text of a SYN': '收到 SYN 中的数据',
  'text of a SYN in order': 'SYN 中的数据按序',
  // Time.
  time: '时间流逝',
  'text sent': '发送数据',
  'FIN again': '重传 FIN',
  'LAST-ACK over': 'LAST-ACK 结束',
  'TIME-WAIT: FIN': 'TIME-WAIT 收到 FIN',
  'TIME-WAIT: RST': 'TIME-WAIT 收到 RST',
};

const CLAUSES: Readonly<Record<string, string>> = {
  // Opening.
  agreement: '双方一致',
  'one peer': '对端唯一',
  established: '建立的条件',
  took: '接受了谁的 SYN',
  heard: '得知了谁的 ISS',
  'one ISS': 'ISS 不重复',
  'one at a time': '同时只有一个连接',
  talks: 'IRS 已知',
  unheard: '尚未听到对端',
  used: 'ISS 已用过',
  'heard, so used': '听到的都用过',
  SYN: 'SYN 的来历',
  'SYN,ACK': 'SYN,ACK 的来历',
  ACK: 'ACK 的来历',
  'before ESTABLISHED': 'ESTABLISHED 之前',
  // The stream.
  prefix: '前缀',
  kept: '保存的字节',
  'kept, so acked': '有数据，SYN 就已确认',
  octet: '字节的来历',
  'counted from one': '从 1 算起',
  // Closing.
  end: '流的末尾',
  'FIN heard': 'FIN 已送达',
  'TIME-WAIT': 'TIME-WAIT 的条件',
  'graceful end': '正常结束',
  'FIN kept': '保存的 FIN',
  'FIN kept, so acked': '有 FIN，SYN 就已确认',
  'FIN sent': 'FIN 的来历',
  'end reached': '已到末尾',
  'FIN-WAIT-2': 'FIN-WAIT-2 的条件',
  // Resets.
  'no reset': '不被复位',
  RST: 'RST 的来历',
  'RST, so used': 'RST 的序列号都用过',
  // Half-close.
  'reads on': '仍可读',
  'writes on': '仍可写',
  'refused, so reset': '拒收就不是正常结束',
  'heard to the end': '全部送达',
  'CLOSE by state': '是否已关闭与状态相符',
  'refused before the end': '拒收在末尾之前',
  // SYN cookies.
  'cookies alone': '只有 cookie',
  cookie: 'cookie 含有 IRS',
  // Fast Open.
  'read once': '只读一次',
  'SYN with text': 'SYN 中数据的来历',
  'nothing before a SYN': 'SYN 之前什么也没有',
  'read, so kept': '读到的都保存过',
  // Time.
  'own text': '自己的数据',
  quiet: '已离开网络',
  'sent before': '发送在先',
  begun: '不会先开始',
  'FIN first': 'FIN 在先',
  'waited for': '等得足够久',
  'patience over': '不再重传 FIN',
  'first side': '先关闭的一侧',
};

const STEPS: Readonly<Record<string, string>> = {
  first: '第一步',
  second: '第二步',
  third: '第三步',
  fourth: '第四步',
  fifth: '第五步',
  sixth: '第六步',
  seventh: '第七步',
  eighth: '第八步',
};

/** A section, and the step in it by its number: `3.10.7.4 fifth`. */
export function sectionName(section: string, lang: Lang): string {
  return lang === 'en' ? section : section.replace(/(?<= )[a-z]+$/, (step) => STEPS[step] ?? step);
}

/** What an action is called. */
export function actionName(name: string, lang: Lang): string {
  return (lang === 'zh' ? ACTIONS[name] : undefined) ?? name;
}

/** What a clause is called. */
export function clauseName(name: string, lang: Lang): string {
  return (lang === 'zh' ? CLAUSES[name] : undefined) ?? name;
}

/** What a step is called: an action, and a clause that it keeps or does not keep. */
export function stepName([action, clause]: readonly [action: string, clause: string], lang: Lang): string {
  return `${actionName(action, lang)} / ${clauseName(clause, lang)}`;
}
