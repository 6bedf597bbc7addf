// The texts of `runbook` and `interview`; part of the one table in messages.ts.

/** The texts by key. */
export const guideMessages = {
  noRunbook: {
    en: 'no runbook "{text}" (synfin runbook --list)',
    zh: '没有名为 "{text}" 的手册（见 synfin runbook --list）',
  },
  noRunbookNear: {
    en: 'no runbook "{text}"; did you mean {near}?',
    zh: '没有名为 "{text}" 的手册；是否想要 {near}？',
  },
  runbookMeans: { en: 'What it means: {text}', zh: '含义：{text}' },
  runbookFault: { en: 'Whose fault it is: {text}', zh: '责任方：{text}' },
  runbookNow: { en: 'Now:', zh: '眼下：' },
  runbookForGood: { en: 'For good:', zh: '长远：' },
  runbookUseless: { en: 'What does not help:', zh: '没有用的办法：' },
  runbookLab: { en: 'In the lab: {command}', zh: '在实验室中重现：{command}' },
  runbookHint: { en: 'synfin runbook SYMPTOM tells what to do.', zh: 'synfin runbook 症状 说明怎么办。' },
  noInterview: {
    en: 'no question "{text}" (synfin interview --list)',
    zh: '没有名为 "{text}" 的问题（见 synfin interview --list）',
  },
  noInterviewNear: {
    en: 'no question "{text}"; did you mean {near}?',
    zh: '没有名为 "{text}" 的问题；是否想要 {near}？',
  },
  topic_opening: { en: 'Opening a connection', zh: '建立连接' },
  topic_lost: { en: 'A segment is lost', zh: '报文段丢失' },
  topic_queues: { en: 'Queues and floods', zh: '队列与洪泛' },
  topic_closing: { en: 'Closing a connection', zh: '关闭连接' },
  'topic_time-wait': { en: 'TIME-WAIT', zh: 'TIME-WAIT' },
  topic_stuck: { en: 'Connections that stay', zh: '停住不动的连接' },
  topic_reset: { en: 'Resets and failures', zh: '复位与失败' },
  interviewCount: { en: '{count} questions', zh: '共 {count} 个问题' },
  interviewShort: { en: 'In 30 seconds: {text}', zh: '30 秒回答：{text}' },
  interviewFull: { en: 'In full: {text}', zh: '完整回答：{text}' },
  interviewTraps: { en: 'Traps:', zh: '陷阱：' },
  interviewClaim: { en: '“{text}” (claim {number}) {truth}', zh: '“{text}”（说法 {number}）{truth}' },
  interviewMistake: { en: '“{text}” {truth}', zh: '“{text}” {truth}' },
  interviewRun: { en: 'The run that proves it: {command}', zh: '证明它的运行：{command}' },
  interviewLeft: {
    en: '{topic}. Due: {due}, new: {fresh}.',
    zh: '{topic}。到期 {due} 题，新题 {fresh} 题。',
  },
  interviewThink: {
    en: 'Answer aloud, then press Enter (q: enough for today).',
    zh: '先自己回答，再按回车（q：今天到此为止）。',
  },
  interviewMark: {
    en: 'How was it? 1 wrong, 2 hardly, 3 well, 4 easily; r shows the run, q ends. Then Enter.',
    zh: '答得怎样？1 答错，2 勉强，3 不错，4 轻松；r 查看运行，q 结束。输入后按回车。',
  },
  interviewNoMark: { en: '"{text}" is none of 1, 2, 3, 4, r, q', zh: '"{text}" 不是 1、2、3、4、r、q 之一' },
  interviewAgain: { en: 'It comes again in {wait}.', zh: '过{wait}再问。' },
  interviewDays: { en: '{days} d', zh: ' {days} 天' },
  interviewMinutes: { en: '{minutes} min', zh: ' {minutes} 分钟' },
  interviewDone: {
    en: 'Nothing is left to ask now; the next comes in {wait}.',
    zh: '现在没有要问的了；下一题在{wait}之后。',
  },
  interviewEnd: { en: '{asked} answered; remembered in {file}', zh: '已答 {asked} 题；记录在 {file}' },
  interviewState: { en: '{file}: {message}', zh: '{file}：{message}' },
} as const;
