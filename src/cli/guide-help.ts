// The help of `runbook`, in both languages.

import type { Lang } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';
import { showHelp } from './lab-help.ts';

/** Of those of a run: how texts are printed. */
const textHelp = showHelp.filter(({ option }) => /--(?:plain|\[no-\]ascii|\[no-\]color)$/.test(option));

const runbookOptionsHelp: readonly OptionHelp[] = [
  { option: '--list', text: { en: 'all symptoms', zh: '列出全部症状' } },
  {
    option: '--json',
    text: { en: 'the runbook, or all of them, as JSON', zh: '以 JSON 输出一个或全部手册' },
  },
  ...textHelp,
];

const RUNBOOK: Both = {
  en: `synfin runbook [SYMPTOM] [OPTIONS]

What to do when a machine has many connections in CLOSE-WAIT, or resets, or runs
out of ports: what it means, whose fault it is, the commands that show it with
what they print, what helps now and for good, and the run that reproduces it.

Options:
{options}

Examples:
  synfin runbook close-wait
  synfin runbook TIME_WAIT
  synfin runbook connection refused

Exit codes: 0 done, 2 wrong arguments
`,
  zh: `synfin runbook [症状] [选项]

机器上出现大量 CLOSE-WAIT、连接被重置、端口耗尽时怎么办：含义、责任方、查看的命令
及其输出、眼下该做什么、长远该做什么，以及重现它的运行。

选项：
{options}

示例：
  synfin runbook close-wait
  synfin runbook TIME_WAIT
  synfin runbook 连接被拒绝

退出码：0 完成，2 参数错误
`,
};

function filled(text: Both, options: readonly OptionHelp[], lang: Lang): string {
  return text[lang].replace('{options}', optionLines([...options, ...commonOptionsHelp], lang));
}

/** The help of `synfin runbook`. */
export function runbookHelp(lang: Lang): string {
  return filled(RUNBOOK, runbookOptionsHelp, lang);
}
