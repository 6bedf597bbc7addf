// The help of `query`, in both languages.

import type { Lang } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';

const queryOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--in DIR',
    text: {
      en: 'the folder that synfin read --parquet wrote; default: this one',
      zh: 'synfin read --parquet 写入的目录；默认：当前目录',
    },
  },
  { option: '--json', text: { en: 'a line of JSON for each row', zh: '每行输出一个 JSON 对象' } },
];

const QUERY: Both = {
  en: `synfin query 'select …' [OPTIONS]

Asks tables of captures in SQL, with DuckDB (npm install @duckdb/node-api):
flows (a row for each connection), evidence (the frames of each verdict) and
segments. They are Parquet files that synfin read --parquet DIR writes;
docs/scale.md has their columns.

Options:
{options}

Examples:
  synfin read 'ring-*.pcap.gz' --parquet flows
  synfin query --in flows 'select verdict, count(*) from flows group by all'
  synfin query --in flows "select * from evidence where verdict = 'loss'"

Exit codes: 0 answered, 1 the query or the tables cannot be understood, 2 wrong
arguments, or @duckdb/node-api is not installed
`,
  zh: `synfin query 'select …' [选项]

用 SQL 查询抓包生成的表，由 DuckDB 执行（npm install @duckdb/node-api）：flows（每个
连接一行）、evidence（每个结论的依据帧）和 segments。这些表是 synfin read --parquet
目录 写出的 Parquet 文件；各列见 docs/scale.md。

选项：
{options}

示例：
  synfin read 'ring-*.pcap.gz' --parquet flows
  synfin query --in flows 'select verdict, count(*) from flows group by all'
  synfin query --in flows "select * from evidence where verdict = 'loss'"

退出码：0 已回答，1 无法理解查询或表，2 参数错误，或未安装 @duckdb/node-api
`,
};

/** The help of `synfin query`. */
export function queryHelp(lang: Lang): string {
  return QUERY[lang].replace('{options}', optionLines([...queryOptionsHelp, ...commonOptionsHelp], lang));
}
