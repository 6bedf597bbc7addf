// The texts of `synfin prove`.

export const proveMessages = {
  proveTheory: {
    en: '{title}: {actions} actions, {properties} properties, {helpers} helper clauses',
    zh: '{title}：{actions} 个动作，{properties} 条性质，{helpers} 条辅助断言',
  },
  proveWithout: {
    en: 'Without the rule {rule} ({section}): {text}',
    zh: '去掉规则 {rule}（{section}）：{text}',
  },
  proveBeginning: { en: 'in the beginning', zh: '初始状态' },
  proveStep: { en: '{mark} {action}: {good} of {asked}', zh: '{mark} {action}：{good}/{asked}' },
  proveFails: { en: 'not kept: {clause}. {text}', zh: '不再成立：{clause}。{text}' },
  counterBefore: {
    en: 'a counterexample to the induction: every clause holds in this state, whether or not it is ever reached. Before:',
    zh: '归纳的反例：在这个状态中每条断言都成立（它是否真能到达，另当别论）。之前：',
  },
  counterStep: {
    en: 'then “{action}” with {step}; what changes:',
    zh: '然后发生“{action}”，其中 {step}；变化为：',
  },
  counterBroken: {
    en: 'so “{clause}” no longer holds for {variables}: {holds}',
    zh: '于是“{clause}”对 {variables} 不再成立：{holds}',
  },
  counterWords: {
    en: 'A1 is an incarnation of host A; offsets are counted from the SYN, 0; what is not said is false:',
    zh: 'A1 是主机 A 的一个化身；偏移从 SYN（0）算起；没有列出的都是假：',
  },
  counterLine: { en: '{line}', zh: '{line}' },
  counterWord: { en: '{name}: {text}', zh: '{name}：{text}' },
  proveUnknown: { en: 'no answer within the limit: {clause}', zh: '在限额内没有答案：{clause}' },
  proveNever: { en: 'the action is never possible', zh: '这个动作永远不可能发生' },
  proveDone: {
    en: '{good} of {asked} obligations by {solver} in {seconds} s; peak memory {memory} MB',
    zh: '{solver}：{asked} 个证明义务中有 {good} 个成立，{seconds} 秒；内存峰值 {memory} MB',
  },
  proveProved: {
    en: 'The rules, as modelled, are safe for any number of incarnations and packets. What the model leaves out, the proof does not speak of.',
    zh: '按模型所写，这些规则对任意多个化身、任意多个报文段都是安全的。模型没有包括的，证明不涉及。',
  },
  proveNotProved: { en: 'NOT proved.', zh: '没有证明。' },
  proveAsExpected: {
    en: 'Without the rule the proof fails at its own step, and nowhere else.',
    zh: '去掉这条规则，证明恰好在它自己的一步失败，别处都成立。',
  },
  proveNotNeeded: {
    en: 'The proof does not need this rule: what it is for (time, or somebody who forges) is not in this theory but in time or blind.',
    zh: '这个证明不需要这条规则：它所防范的（时间，或伪造报文段的人）不在这个理论之内，而在 time 或 blind 之中。',
  },
  whyProofFails: {
    en: 'The proof, for any number of connections and packets (theory {id}: {theory}; {solver}). It fails without this rule, and at its own step: {rule}',
    zh: '证明，对任意多个连接和报文段（理论 {id}：{theory}；{solver}）。去掉这条规则，证明恰好在它自己的步骤上失败：{rule}',
  },
  whyProofStep: {
    en: '{action} ({section}) does not keep',
    zh: '“{action}”（{section}）之后不再成立的是',
  },
  whyProofClause: { en: '“{clause}”: {text}', zh: '“{clause}”：{text}' },
  bridgeTitle: {
    en: 'Every transition of the real engine and of real hosts, as steps of the theories',
    zh: '真正的引擎和主机的每一次转移，都是理论中的若干步',
  },
  bridgeModel: {
    en: '{mark} {id}: {outcome}, {states} states, {transitions} transitions ({questions} different), {unexplained} unexplained',
    zh: '{mark} {id}：{outcome}，{states} 个状态，{transitions} 次转移（其中不同的 {questions} 种），{unexplained} 次无法解释',
  },
  bridgeWalk: {
    en: '{mark} {id}: random walks, {transitions} transitions ({questions} different), {unexplained} unexplained',
    zh: '{mark} {id}：随机游走，{transitions} 次转移（其中不同的 {questions} 种），{unexplained} 次无法解释',
  },
  bridgeMutants: {
    en: 'A TCP that forgets a rule must not be explained, or the theory says nothing',
    zh: '忘记一条规则的 TCP 必须无法解释，否则理论毫无约束力',
  },
  bridgeMutant: {
    en: '{mark} {id}: {unexplained} unexplained; by the theory without the rule ({rules}): {without}',
    zh: '{mark} {id}：{unexplained} 次无法解释；用去掉该规则（{rules}）的理论：{without} 次',
  },
  bridgeMutantTime: {
    en: '{mark} {id}: {unexplained} unexplained (a rule about time, which the theory does not have)',
    zh: '{mark} {id}：{unexplained} 次无法解释（关于时间的规则，理论中没有）',
  },
  bridgeLike: {
    en: '{mark} {id}: {unexplained} unexplained, as it must be: the rule is about liveness, or how long something lasts',
    zh: '{mark} {id}：{unexplained} 次无法解释，理应如此：这条规则关乎活性或时长',
  },
  bridgeNever: {
    en: 'Actions of the theories that were never seen: {actions}',
    zh: '各理论中从未出现的动作：{actions}',
  },
  bridgeOutside: {
    en: '{outside} times something came that the theory takes for impossible or does not speak of; nothing behind that was looked at',
    zh: '有 {outside} 次遇到理论认为不可能或不涉及的情形；其后的不再对照',
  },
  bridgeFirst: { en: 'the first without an explanation: {step}', zh: '第一个无法解释的：{step}' },
  bridgeDone: {
    en: '{transitions} transitions in {seconds} s, {unexplained} unexplained',
    zh: '{transitions} 次转移，{seconds} 秒，{unexplained} 次无法解释',
  },
  outcome_some: { en: 'not to the end', zh: '未到尽头' },
  proveNotExpected: {
    en: 'NOT as expected: without the rule these steps should fail: {steps}',
    zh: '不符合预期：去掉这条规则，应当失败的是：{steps}',
  },
  proveWrote: {
    en: '{files} files in {dir}, an action each; a comment before each question says what is to be answered. For each of them: z3 FILE, or cvc5 --incremental --finite-model-find FILE',
    zh: '已在 {dir} 写入 {files} 个文件，每个动作一个；每个问题前的注释是应有的答案。对每个文件运行：z3 文件，或 cvc5 --incremental --finite-model-find 文件',
  },
  solverNoModule: {
    en: 'the package z3-solver is not installed: npm install z3-solver, or --solver z3 or cvc5 for one of the system',
    zh: '没有安装 z3-solver：请运行 npm install z3-solver，或用 --solver z3、--solver cvc5 使用系统里的求解器',
  },
  solverNoProgram: {
    en: 'there is no program {name} (on Debian: apt-get install {name})',
    zh: '没有程序 {name}（Debian：apt-get install {name}）',
  },
  solverFailed: { en: 'the solver says: {message}', zh: '求解器报告：{message}' },
} as const;
