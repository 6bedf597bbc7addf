// The top of every page: name, pages, search, language, theme.

import { t } from '../messages.ts';
import type { View } from '../state/codec.ts';
import { goHome } from '../state/home.ts';
import { switchLanguage } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { dialog } from '../state/panels.ts';
import { showRunbook } from '../state/runbook.ts';
import { tellStory } from '../state/story.ts';
import { isDark, switchTheme } from '../state/theme.ts';
import { Ask } from './ask.tsx';
import { LOGO } from './logo.ts';
import { nodeOf } from './shapes.tsx';

const PAGES = [
  { view: 'story', label: 'stories', go: () => tellStory(null) },
  { view: 'lab', label: 'lab', go: () => show('lab') },
  { view: 'why', label: 'whyView', go: () => show('why') },
  { view: 'interview', label: 'interview', go: () => show('interview') },
  { view: 'quiz', label: 'quiz', go: () => show('quiz') },
  {
    view: 'runbook',
    label: 'runbooks',
    go: () => {
      showRunbook(null);
      show('runbook');
    },
  },
] as const;

function show(view: View): void {
  lab.view.value = view;
}

/** The top of the page. */
export function Header() {
  const now = lab.view.value;
  return (
    <header class="masthead">
      <button type="button" class="logo" onClick={goHome} aria-current={now === 'home' ? 'page' : undefined}>
        {nodeOf(LOGO)}
        synfin
      </button>
      <nav aria-label={t('nav')}>
        {PAGES.map(({ view, label, go }) => (
          <button
            key={view}
            type="button"
            data-view={view}
            aria-current={now === view || (view === 'lab' && now === 'compare') ? 'page' : undefined}
            onClick={go}
          >
            {t(label)}
          </button>
        ))}
      </nav>
      <span class="space" />
      {now !== 'home' && <Ask id="filter" label={t('ask')} />}
      <div class="tools">
        <button type="button" class="tool wide" onClick={() => (dialog.value = 'help')}>
          {t('help')}
        </button>
        <button
          type="button"
          class="tool language"
          aria-label={t('languageLabel')}
          lang={lab.lang.value === 'en' ? 'zh-CN' : 'en'}
          onClick={switchLanguage}
        >
          {t('language')}
        </button>
        <button
          type="button"
          class="tool theme"
          aria-label={isDark() ? t('themeLight') : t('themeDark')}
          title={isDark() ? t('themeLight') : t('themeDark')}
          onClick={switchTheme}
        >
          <svg
            width="16"
            height="16"
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            aria-hidden="true"
          >
            <path d="M13.2 9.6A5.8 5.800 0 0 1 6.4 2.8 5.8 5.8 0 1 0 13.2 9.6z" stroke-linejoin="round" />
          </svg>
        </button>
      </div>
    </header>
  );
}
