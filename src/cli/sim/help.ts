// The help of `synfin sim`, in both languages.

import type { Lang } from '../../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from '../help-lines.ts';

const optionsHelp: readonly OptionHelp[] = [
  {
    option: '--seeds A..B',
    text: { en: 'which seeds; or one. Default: 1..100', zh: '使用哪些种子，也可只给一个。默认：1..100' },
  },
  {
    option: '--jobs N',
    text: {
      en: 'processes at a time. Default: as many as there are cores',
      zh: '同时运行的进程数。默认：与处理器核数相同',
    },
  },
  {
    option: '--shard I/N',
    text: {
      en: 'only the seeds of machine I of N; all shards together have the same rows as one run',
      zh: '只运行 N 台机器中第 I 台的种子；各份合起来与一次运行的行完全相同',
    },
  },
  {
    option: '--out FILE',
    text: {
      en: 'a row for each seed, as Apache Parquet; several files are one table',
      zh: '每个种子写一行，Apache Parquet 格式；多个文件可作为一张表',
    },
  },
  {
    option: '--check',
    text: {
      en: 'each seed twice: where the second run differs from the first, it has failed',
      zh: '每个种子运行两次：第二次与第一次不同即为失败',
    },
  },
  {
    option: '--timeout SECONDS',
    text: {
      en: 'time of the machine that a seed has; then it has hung. Default: 60',
      zh: '每个种子可用的真实时间，超过即视为卡住。默认：60',
    },
  },
  {
    option: '--json',
    text: { en: 'each row as a line of JSON instead', zh: '改为每行输出一个 JSON' },
  },
];

const SIM: Both = {
  en: `synfin sim FILE [OPTIONS]

Runs a scenario of synfin/sim for many seeds: hosts with real Node programs on a
simulated network, with faults and virtual time. FILE is a module with

  export default async (sim) => { … }     what is done in each simulation
  export const options = { … }            of simulate(), if there are any

The first failure is shown with its ladder, all of them by their kinds. Files of
failures (captures, ladders) go to the folder SYNFIN_REPORTS.

Options:
{options}

Examples:
  synfin sim shop.scenario.ts --seeds 1..1000
  synfin sim shop.scenario.ts --seeds 17
  synfin sim shop.scenario.ts --seeds 1..100000 --shard 2/8 --out rows-2.parquet
  duckdb -c "select code, count(*), min(seed) from 'rows-*.parquet' group by 1"

Exit codes: 0 all passed, 1 some did not, what is to be seen sometimes was never
seen, or FILE cannot be run; 2 wrong arguments, 130 interrupted, 143 terminated
`,
  zh: `synfin sim 文件 [选项]

用许多种子运行一个 synfin/sim 场景：真实的 Node 程序运行在模拟网络的各台主机上，
带有故障和虚拟时间。文件是一个模块，其中有

  export default async (sim) => { … }     每次模拟中做什么
  export const options = { … }            simulate() 的选项，可省略

第一个失败会连同梯形图一起显示，其余按种类汇总。失败的文件（抓包、梯形图）
写入 SYNFIN_REPORTS 指定的文件夹。

选项：
{options}

示例：
  synfin sim shop.scenario.ts --seeds 1..1000
  synfin sim shop.scenario.ts --seeds 17
  synfin sim shop.scenario.ts --seeds 1..100000 --shard 2/8 --out rows-2.parquet
  duckdb -c "select code, count(*), min(seed) from 'rows-*.parquet' group by 1"

退出码：0 全部通过，1 有失败、应出现的情况从未出现、或文件无法运行，
2 参数错误，130 被中断，143 被终止
`,
};

/** The help of `synfin sim`. */
export function simHelp(lang: Lang): string {
  return SIM[lang].replace('{options}', optionLines([...optionsHelp, ...commonOptionsHelp], lang));
}
