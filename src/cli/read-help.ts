// The help of `read`, in both languages.

import type { Lang } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';
import { showHelp } from './lab-help.ts';

const readOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--conn N',
    text: {
      en: 'the ladder of connection N (as Wireshark counts streams), with what shows its verdicts',
      zh: '画出第 N 个连接的梯形图（编号与 Wireshark 的流相同），并标出结论的依据',
    },
  },
  {
    option: '--replay N',
    text: {
      en: 'connection N played by the engine at both ends, with the same losses, and without',
      zh: '由引擎扮演两端重放第 N 个连接：有同样的丢包，以及没有丢包',
    },
  },
  {
    option: '--tui',
    text: {
      en: 'a viewer with keys: the connections, or with --conn or --replay one of them',
      zh: '按键操作的查看器：浏览各连接；配合 --conn 或 --replay 打开其中一个',
    },
  },
  {
    option: '--filter TEXT',
    text: {
      en: "only these: 'port 443 and not verdict healthy', 'server 10.0.0.2 or state CLOSE-WAIT'",
      zh: "只看这些：'port 443 and not verdict healthy'、'server 10.0.0.2 or state CLOSE-WAIT'",
    },
  },
  { option: '--json', text: { en: 'everything, as JSON', zh: '以 JSON 输出全部内容' } },
  {
    option: '--zeek',
    text: {
      en: 'a conn.log as Zeek writes it, with conn_state, history and Community ID',
      zh: '输出 Zeek 格式的 conn.log，含 conn_state、history 和 Community ID',
    },
  },
  {
    option: '--svg FILE',
    text: {
      en: 'with --conn: the ladder as SVG; -: on standard output',
      zh: '配合 --conn：梯形图存为 SVG；- 表示标准输出',
    },
  },
  {
    option: '--report FILE',
    text: {
      en: 'one HTML file with the findings and the ladders of their connections',
      zh: '生成一个 HTML 文件，含各项发现及相应连接的梯形图',
    },
  },
  {
    option: '--anonymise FILE',
    text: {
      en: 'a copy to give away, as pcapng: other addresses, no text, no names; every verdict stays the same',
      zh: '生成一份可以外传的 pcapng：地址已替换，没有数据和名称；所有结论不变',
    },
  },
  {
    option: '--parquet DIR',
    text: {
      en: 'tables (flows, evidence) as Parquet files in folders by the hour, for synfin query, DuckDB, Spark',
      zh: '写成 Parquet 表（flows、evidence），按小时分目录，供 synfin query、DuckDB、Spark 查询',
    },
  },
  {
    option: '--segments',
    text: {
      en: 'with --parquet: a table of the segments, too',
      zh: '配合 --parquet：另写报文段表 segments',
    },
  },
  ...showHelp.filter(({ option }) => option !== '--explain'),
];

const READ: Both = {
  en: `synfin read FILE… [OPTIONS]

Reads captures of the wire (pcap, pcapng; gzip and zstd, too; - for standard
input; several files, or a pattern, follow each other as a rotated capture does)
and says what is wrong with their connections: what happened, who did it, how
sure that is, the frames that show it, what it is not, what to do, and the run
of the lab that shows the same. A healthy connection is called healthy.

Options:
{options}

Examples:
  synfin read web.pcapng
  tcpdump -i any -w - tcp port 443 | synfin read -
  synfin read 'ring-*.pcap.gz' --filter 'severity fault'
  synfin read web.pcapng --conn 4

Exit codes: 0 read, 1 a file cannot be read, 2 wrong arguments
`,
  zh: `synfin read 文件… [选项]

读取抓包文件（pcap、pcapng，也支持 gzip 和 zstd；- 表示标准输入；多个文件或通配符
按轮转抓包那样首尾相接），说明其中的连接出了什么问题：发生了什么、责任方、把握多大、
依据哪些帧、排除了什么、该做什么，以及如何在实验室中重现。连接正常时也会明确说明。

选项：
{options}

示例：
  synfin read web.pcapng
  tcpdump -i any -w - tcp port 443 | synfin read -
  synfin read 'ring-*.pcap.gz' --filter 'severity fault'
  synfin read web.pcapng --conn 4

退出码：0 已读取，1 文件无法读取，2 参数错误
`,
};

/** The help of `synfin read`. */
export function readHelp(lang: Lang): string {
  return READ[lang].replace('{options}', optionLines([...readOptionsHelp, ...commonOptionsHelp], lang));
}
