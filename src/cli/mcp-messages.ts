// The texts of `mcp`; part of the one table in messages.ts.

/** The texts by key. */
export const mcpMessages = {
  mcpNeedsText: { en: 'the argument "{name}" must be a text', zh: '参数 “{name}” 必须是文本' },
  mcpNeedsTexts: { en: 'the argument "{name}" must be a list of texts', zh: '参数 “{name}” 必须是文本列表' },
  mcpNeedsWhole: {
    en: 'the argument "{name}" must be a whole number from 0 on',
    zh: '参数 “{name}” 必须是非负整数',
  },
  mcpNoTool: { en: 'there is no tool "{text}": {names}', zh: '没有工具 “{text}”：{names}' },
  mcpNoVerdict: {
    en: 'there is no verdict "{text}"; those there are, or that are near: {names}',
    zh: '没有结论 “{text}”；现有的或相近的有：{names}',
  },
  mcpShortened: { en: '… {count} more characters', zh: '……还有 {count} 个字符' },
  mcpInstructions: {
    en: 'Verdicts about TCP connections come from rules with evidence. Tell what the tools say, with its frames and how sure it is; add no verdict of your own. Where "healthy" is true, nothing is wrong.',
    zh: '关于 TCP 连接的结论由规则根据依据得出。请转述工具给出的内容、依据帧和把握，不要自行添加结论。"healthy" 为 true 就是没有问题。',
  },
} as const;
