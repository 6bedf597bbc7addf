// The texts of `sim`; part of the one table in messages.ts.

/** The texts by key. */
export const simMessages = {
  simNeedsFile: {
    en: 'sim needs a file with a scenario (synfin sim --help)',
    zh: 'sim 需要一个包含场景的文件（synfin sim --help）',
  },
  simBadSeeds: {
    en: '--seeds must be a number or a range such as 1..1000, not "{text}"',
    zh: '--seeds 必须是一个数或范围，例如 1..1000，而不是 "{text}"',
  },
  simBadShard: {
    en: '--shard must be one of how many, such as 2/4, not "{text}"',
    zh: '--shard 必须是“第几份/共几份”，例如 2/4，而不是 "{text}"',
  },
  simNoScenario: {
    en: '{file} has no scenario: it needs "export default async (sim) => { … }"',
    zh: '{file} 中没有场景：需要 "export default async (sim) => { … }"',
  },
  simUnfit: { en: '{file} cannot be run: {text}', zh: '无法运行 {file}：{text}' },
  simFirst: { en: 'seed {seed} is the first that fails: {text}', zh: '种子 {seed} 最先失败：{text}' },
  simKind: { en: '{count} × {what}\n    seeds {seeds}', zh: '{count} 次 {what}\n    种子 {seeds}' },
  simMoreKinds: { en: '… and {count} more kinds of failures', zh: '……另有 {count} 种失败' },
  simSeen: { en: 'seen: {name}, in {count} runs', zh: '出现过：{name}，{count} 次运行' },
  simNever: {
    en: 'never seen: {names}. What is never seen is not tested: more seeds, or other faults',
    zh: '从未出现：{names}。从未出现的情况就没有测到：请增加种子或换用其他故障',
  },
  simNeverHere: {
    en: 'not seen in this shard: {names}',
    zh: '本份中未出现：{names}',
  },
  simSummary: {
    en: '{file}: {count} seeds, {passed} passed, {failed} failed, {hung} hung, {died} died',
    zh: '{file}：{count} 个种子，通过 {passed}，失败 {failed}，超时 {hung}，进程退出 {died}',
  },
  simRepeat: {
    en: 'again: synfin sim {file} --seeds {seed}',
    zh: '重现：synfin sim {file} --seeds {seed}',
  },
  simWritten: { en: '{file}: {rows} rows', zh: '{file}：{rows} 行' },
} as const;
