// The help of `runbook` and `interview`, in both languages.

import { INTERVIEW_TOPICS } from '../lab/index.ts';
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

const interviewOptionsHelp: readonly OptionHelp[] = [
  { option: '--list', text: { en: 'all questions, by topic', zh: '按主题列出全部问题' } },
  {
    option: '--topic TOPIC',
    text: {
      en: `only these: ${INTERVIEW_TOPICS.join(', ')}`,
      zh: `只问这个主题：${INTERVIEW_TOPICS.join('、')}`,
    },
  },
  {
    option: '--state FILE',
    text: {
      en: 'where it is remembered how well you answered. Default: $XDG_STATE_HOME/synfin/interview.json, ~/.local/state without that',
      zh: '答题记录的文件。默认：$XDG_STATE_HOME/synfin/interview.json，未设置时在 ~/.local/state 下',
    },
  },
  { option: '--json', text: { en: 'the questions as JSON', zh: '以 JSON 输出问题' } },
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

const INTERVIEW: Both = {
  en: `synfin interview [QUESTION] [OPTIONS]

Asks what interviewers ask about the handshake and the close. Say your answer,
press Enter, compare: thirty seconds, in full, the traps, and the run that proves
it. Mark yourself: what went badly comes again soon, what went well later. With a
QUESTION of the list: the answer only.

Options:
{options}

Examples:
  synfin interview
  synfin interview --topic time-wait
  synfin interview why-three

Exit codes: 0 done, 1 the file of the state cannot be used, 2 wrong arguments
`,
  zh: `synfin interview [问题] [选项]

像面试官一样提问握手与挥手。先自己回答，按回车，再对照：30 秒回答、完整回答、
陷阱，以及证明它的运行。给自己打分：答得不好的很快再问，答得好的以后再问。
给出列表中的某个问题时，只显示它的答案。

选项：
{options}

示例：
  synfin interview
  synfin interview --topic time-wait
  synfin interview why-three

退出码：0 完成，1 记录文件无法使用，2 参数错误
`,
};

function filled(text: Both, options: readonly OptionHelp[], lang: Lang): string {
  return text[lang].replace('{options}', optionLines([...options, ...commonOptionsHelp], lang));
}

/** The help of `synfin runbook`. */
export function runbookHelp(lang: Lang): string {
  return filled(RUNBOOK, runbookOptionsHelp, lang);
}

/** The help of `synfin interview`. */
export function interviewHelp(lang: Lang): string {
  return filled(INTERVIEW, interviewOptionsHelp, lang);
}
