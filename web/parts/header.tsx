// The top of the page: name, quiz, why, link, export, language, keys.

import { t } from '../messages.ts';
import { switchLanguage } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { dialog } from '../state/panels.ts';
import { copyLink } from './share.ts';

/** The top of the page. */
export function Header() {
  const quiz = lab.view.value === 'quiz';
  const why = lab.view.value === 'why';
  return (
    <header class="masthead">
      <h1>
        synfin <small>{t('tagline')}</small>
      </h1>
      <nav>
        <button type="button" aria-pressed={quiz} onClick={() => (lab.view.value = quiz ? 'lab' : 'quiz')}>
          {quiz ? t('lab') : t('quiz')}
        </button>
        <button
          type="button"
          aria-pressed={why}
          onClick={() => (lab.view.value = why ? 'lab' : 'why')}
          data-view="why"
        >
          {why ? t('lab') : t('whyView')}
        </button>
        <button type="button" onClick={copyLink}>
          {t('share')}
        </button>
        <button type="button" onClick={() => (dialog.value = 'export')}>
          {t('export')}
        </button>
        <button type="button" onClick={() => (dialog.value = 'help')}>
          {t('help')} <kbd>?</kbd>
        </button>
        <button
          type="button"
          class="language"
          aria-label={t('languageLabel')}
          lang={lab.lang.value === 'en' ? 'zh-CN' : 'en'}
          onClick={switchLanguage}
        >
          {t('language')}
        </button>
      </nav>
    </header>
  );
}
