// What can be wrong with a capture file. A bad file costs a message, never an exception: what could be read stays read.

import { fill, type Lang, type Params, type Text } from '../../lab/text/index.ts';

const texts = {
  empty: { en: 'the file is empty', zh: '文件是空的' },
  unknownFormat: {
    en: 'this is neither pcap nor pcapng (it begins with {magic}); convert it, for instance with editcap -F pcapng',
    zh: '既不是 pcap 也不是 pcapng（开头是 {magic}）；请先转换，例如用 editcap -F pcapng',
  },
  truncated: {
    en: 'the file ends in the middle of a record: its last {octets|octet is|# octets are} not read (was it copied while it was being written?)',
    zh: '文件在一条记录中间结束：最后 {octets} 字节未读（是不是还在写入时就复制了？）',
  },
  badRecord: {
    en: 'the record at offset {offset} claims {octets|1 octet|# octets}: the file is damaged, and what follows is not read',
    zh: '偏移 {offset} 处的记录自称有 {octets} 字节：文件已损坏，其后的内容不再读取',
  },
  badBlock: {
    en: 'the block at offset {offset} has an impossible length ({octets}): the file is damaged, and what follows is not read',
    zh: '偏移 {offset} 处的块长度不可能（{octets}）：文件已损坏，其后的内容不再读取',
  },
  lengthsDiffer: {
    en: 'the block at offset {offset} says two different lengths ({octets} and {other}): it is read by the first',
    zh: '偏移 {offset} 处的块前后写了两个不同的长度（{octets} 和 {other}）：按前一个读取',
  },
  badSection: {
    en: 'the section header at offset {offset} has no byte-order magic: what follows is not read',
    zh: '偏移 {offset} 处的节头没有字节序标记：其后的内容不再读取',
  },
  shortBlock: {
    en: 'the block at offset {offset} is shorter than its fields: it is skipped',
    zh: '偏移 {offset} 处的块比它的字段还短：已跳过',
  },
  unknownInterface: {
    en: 'the packet at offset {offset} names interface {iface}, which the file does not describe: it is skipped',
    zh: '偏移 {offset} 处的数据包属于接口 {iface}，但文件没有描述该接口：已跳过',
  },
  linkType: {
    en: 'packets of link type {type} are not understood; they are counted and skipped',
    zh: '不认识链路类型 {type} 的数据包；只计数，不解析',
  },
  damagedCompression: {
    en: 'the compressed data is damaged or ends early ({message}): what came before it is read',
    zh: '压缩数据已损坏或提前结束（{message}）：此前的内容已读取',
  },
  compressed: {
    en: 'the data is compressed with {name}: unpack it before it is given to the reader',
    zh: '数据用 {name} 压缩：请先解压再交给读取器',
  },
} as const satisfies Record<string, Text>;

/** The keys of the messages about capture files. */
export type ProblemKey = keyof typeof texts;

/** Something wrong with a capture file. */
export interface Problem {
  readonly key: ProblemKey;
  readonly params: Params;
}

/** One sentence for a problem. */
export function problemText(problem: Problem, lang: Lang): string {
  return fill(texts[problem.key][lang], problem.params);
}

/** A problem is told once for each kind, so that a file of a million bad records costs a few lines. */
export class Problems {
  readonly list: Problem[] = [];
  /** How often each kind happened. */
  readonly counts = new Map<ProblemKey, number>();

  add(key: ProblemKey, params: Params = {}): void {
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    if (count === 0) this.list.push({ key, params });
  }
}
