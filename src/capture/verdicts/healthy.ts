// The verdict without which all others are worth nothing: nothing is wrong.

import type { VerdictTexts } from './verdict.ts';

/** No rule of a fault or a warning holds. */
export const healthy: VerdictTexts = {
  id: 'healthy',
  severity: 'normal',
  title: { en: 'Healthy', zh: '正常' },
  means: {
    en: 'Opened, used and ended as it should be, as far as this capture shows.',
    zh: '从这份抓包看，建立、使用和结束都正常。',
  },
  advice: [],
  scenario: { id: 'hs' },
};
