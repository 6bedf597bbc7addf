// The texts of `runbook`; part of the one table in messages.ts.

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
} as const;
