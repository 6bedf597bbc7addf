// What the components take from the lab, at one place.

import type { End, Trace } from '../../src/lab/index.ts';

export { explainEvent, knowledge, states as stateInfos } from '../../src/lab/explain/index.ts';
export type { End, Trace } from '../../src/lab/index.ts';

/** How an end is called in a sentence. */
export function endLabel(trace: Trace, end: End, lang: 'en' | 'zh'): string {
  const { name } = trace.ends[end];
  const own =
    name === 'client'
      ? { en: 'the client', zh: '客户端' }
      : name === 'server'
        ? { en: 'the server', zh: '服务器' }
        : null;
  return own === null ? name : own[lang];
}

/** How an end is called above its column: a word of the page's language, or a name that is one everywhere. */
export function endTitle(trace: Trace, end: End, lang: 'en' | 'zh'): string {
  return lang === 'zh' ? endLabel(trace, end, lang) : trace.ends[end].name;
}
