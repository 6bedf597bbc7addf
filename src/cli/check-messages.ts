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
  whyTold: {
    en: 'Told below is the story that everyone tells, {told} steps of the same model; the shortest has {steps}.',
    zh: '下面讲的是人们常说的那个经过，同一模型中的 {told} 步；最短的是 {steps} 步。',
  },
  whyWithoutHolds: {
    en: 'without it: NOT violated in {states} states: nothing shows what the rule is for',
    zh: '去掉规则：{states} 个状态内没有违反，看不出这条规则的作用',
  },
  runNotReal: {
    en: 'NOT REAL TCP: both ends run without a rule ({mutant}). It says: “{text}”',
    zh: '并非真正的 TCP：两端都去掉了一条规则（{mutant}）。那条规则是：“{text}”',
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
  checkTla: {
    en: 'The TLA+ model of figure 5, as TLC counts it',
    zh: '图 5 的 TLA+ 模型，与 TLC 的计数对照',
  },
  checkTlaSame: {
    en: '{states} distinct states, {generated} generated, depth {depth}: exact ({seconds} s)',
    zh: '不同状态 {states} 个，生成 {generated} 个，深度 {depth}：完全一致（{seconds} 秒）',
  },
  checkTlaOther: {
    en: '{states} distinct states, {generated} generated, depth {depth}; TLC counts {tlcStates}, {tlcGenerated}, {tlcDepth}',
    zh: '不同状态 {states} 个，生成 {generated} 个，深度 {depth}；TLC 的计数为 {tlcStates}、{tlcGenerated}、{tlcDepth}',
  },
  checkModels: {
    en: 'The engine as it is, in bounded models',
    zh: '未改动的引擎，在各个有界模型中',
  },
  checkMutants: {
    en: 'Each rule removed: the shortest counterexample',
    zh: '逐条去掉规则：最短的反例',
  },
  checkModel: {
    en: '{id}: {states} states, {transitions} transitions, depth {depth}, {outcome}; {verdict} ({seconds} s, {rate} transitions/s, {encoded} octets a state, {held} held)',
    zh: '{id}：{states} 个状态，{transitions} 次转移，深度 {depth}，{outcome}；{verdict}（{seconds} 秒，每秒 {rate} 次转移，每状态 {encoded} 字节，占用 {held}）',
  },
  checkHolds: { en: 'everything holds', zh: '性质全部成立' },
  checkByDesign: { en: 'fails by design only: {found}', zh: '只有本该不成立的不成立：{found}' },
  checkWrong: { en: 'NOT AS EXPECTED: {found}', zh: '不符合预期：{found}' },
  outcome_exhausted: { en: 'exhausted', zh: '已穷尽' },
  outcome_bounded: {
    en: 'complete below depth {depth}, not to the end',
    zh: '深度 {depth} 以内已穷尽，未到尽头',
  },
  outcome_violated: { en: 'ended at a violation', zh: '因违反而止' },
  checkMutant: {
    en: '{id}: {property} falls after {steps} steps ({states} states, {seconds} s); the simulator repeats it',
    zh: '{id}：{steps} 步之后违反 {property}（{states} 个状态，{seconds} 秒）；模拟器重现了它',
  },
  checkMutantWrong: {
    en: '{id}: NOT AS EXPECTED: {property} after {steps} steps, known {known} ({states} states, {seconds} s)',
    zh: '{id}：不符合预期：{steps} 步之后违反 {property}，已知应为 {known} 步（{states} 个状态，{seconds} 秒）',
  },
  checkSeen: { en: 'Sometimes: {text}', zh: '出现过：{text}' },
  checkUnseen: { en: 'NEVER SEEN: {text} ({facts})', zh: '没有出现：{text}（{facts}）' },
  checkCoverage: {
    en: 'In all {seen} of {all} facts (rows of the transition table, reasons for discarding) were shown.',
    zh: '总计：{all} 个事实（状态转移表的行、丢弃报文段的原因）中出现了 {seen} 个。',
  },
  checkMissing: { en: 'Never: {facts}', zh: '从未出现：{facts}' },
  checkAllRight: { en: 'Everything is as expected.', zh: '全部符合预期。' },
  checkNotRight: { en: 'NOT as expected: {ids}', zh: '不符合预期：{ids}' },
  phase_with: { en: 'with the rule', zh: '遵守规则' },
  phase_without: { en: 'without it', zh: '去掉规则' },
} as const;
