// Every text that the command line shows, in its languages. `{name}` is replaced by a parameter.

/** The languages. */
export type Lang = 'en' | 'zh';

/** Values for the `{name}`s of a text. */
export type Params = Readonly<Record<string, string | number>>;

/** The texts by key. */
export const messages = {
  needsOption: { en: '{option} is needed', zh: '缺少 {option}' },
  notWhole: {
    en: '{what} must be a whole number from {low} to {high}, not "{text}"',
    zh: '{what} 必须是 {low} 到 {high} 的整数，而不是 "{text}"',
  },
  notProbability: {
    en: '{what} must be a probability such as 0.02 or 2%, not "{text}"',
    zh: '{what} 必须是概率，例如 0.02 或 2%，而不是 "{text}"',
  },
  notMilliseconds: {
    en: '{what} must be milliseconds from 0 to 3600000, not "{text}"',
    zh: '{what} 必须是 0 到 3600000 之间的毫秒数，而不是 "{text}"',
  },
  notAddress: { en: '{what}: "{text}" is not an IP address', zh: '{what}：“{text}” 不是 IP 地址' },
  notCidr: {
    en: '{what}: "{text}" is not an address with a prefix length, like 10.0.0.2/24',
    zh: '{what}：“{text}” 不是带前缀长度的地址，例如 10.0.0.2/24',
  },
} as const satisfies Record<string, Readonly<Record<Lang, string>>>;

/** A key of {@link messages}. */
export type MessageKey = keyof typeof messages;

/** The text of a key in a language, its `{name}`s replaced. */
export function t(lang: Lang, key: MessageKey, params: Params = {}): string {
  return messages[key][lang].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
