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
  proveNotExpected: {
    en: 'NOT as expected: without the rule these steps should fail: {steps}',
    zh: '不符合预期：去掉这条规则，应当失败的是：{steps}',
  },
  proveWrote: {
    en: '{files} files in {dir}, an action each; a comment before each question says what is to be answered. For example: z3 {dir}/*.smt2, or cvc5 --incremental --finite-model-find FILE',
    zh: '已在 {dir} 写入 {files} 个文件，每个动作一个；每个问题前的注释是应有的答案。例如：z3 {dir}/*.smt2，或 cvc5 --incremental --finite-model-find 文件',
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
