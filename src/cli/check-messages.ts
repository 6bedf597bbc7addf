// The texts of `why` and `check`; part of the one table in messages.ts.

/** The texts by key. */
export const checkMessages = {
  whyNeeds: {
    en: 'why what? For example: synfin why three (synfin why --list)',
    zh: '问什么为什么？例如：synfin why 三次握手（见 synfin why --list）',
  },
  whyUnknown: {
    en: 'no question "{text}" (synfin why --list)',
    zh: '没有问题 "{text}"（见 synfin why --list）',
  },
  whyUnknownNear: {
    en: 'no question "{text}"; did you mean {near}?',
    zh: '没有问题 "{text}"；是否想问 {near}？',
  },
  whyRule: { en: 'The rule ({section}): {text}', zh: '规则（{section}）：{text}' },
  whyProperty: { en: 'What must hold ({property}): {text}', zh: '必须成立（{property}）：{text}' },
  whyModel: { en: 'Searched ({model}): {text}', zh: '搜索范围（{model}）：{text}' },
  whyWithExhausted: {
    en: 'with the rule: {states} states, exhausted, no violation ({transitions} transitions, {seconds} s)',
    zh: '遵守规则：{states} 个状态，已穷尽，无违反（{transitions} 次转移，{seconds} 秒）',
  },
  whyWithBounded: {
    en: 'with the rule: {states} states, not exhausted, no violation so far ({transitions} transitions, {seconds} s)',
    zh: '遵守规则：{states} 个状态，未穷尽，至此无违反（{transitions} 次转移，{seconds} 秒）',
  },
  whyWithViolated: {
    en: 'with the rule: VIOLATED after {steps} steps: this is a fault of synfin',
    zh: '遵守规则：{steps} 步之后违反：这是 synfin 的错误',
  },
  whyWithoutViolated: {
    en: 'without it: violated after {steps} steps ({states} states, {seconds} s)',
    zh: '去掉规则：{steps} 步之后违反（{states} 个状态，{seconds} 秒）',
  },
  whyWithoutHolds: {
    en: 'without it: NOT violated in {states} states: nothing shows what the rule is for',
    zh: '去掉规则：{states} 个状态内没有违反，看不出这条规则的作用',
  },
  whyNotReal: {
    en: 'NOT REAL TCP: both ends below run without this rule ({mutant}).',
    zh: '以下并非真正的 TCP：两端都去掉了这条规则（{mutant}）。',
  },
  whyBroken: { en: '{property} falls here: {text}', zh: '{property} 在此被违反：{text}' },
  whyReplayed: {
    en: 'The ordinary simulator repeats the story: the same segments, the same state changes.',
    zh: '普通模拟器重现了这一过程：报文段和状态变化完全相同。',
  },
  whyNotReplayed: {
    en: 'the simulator does not repeat the story: {text}',
    zh: '模拟器没有重现这一过程：{text}',
  },
  checkProgress: {
    en: '{phase}: {states} states, {transitions} transitions, {rate}/s, depth {depth}, frontier {frontier}',
    zh: '{phase}：{states} 个状态，{transitions} 次转移，{rate}/秒，深度 {depth}，待展开 {frontier}',
  },
  phase_with: { en: 'with the rule', zh: '遵守规则' },
  phase_without: { en: 'without it', zh: '去掉规则' },
} as const;
