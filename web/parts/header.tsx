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

/** Two lifelines, and a segment that does not quite arrive. */
function Logo() {
  return (
    <svg width="28" height="24" viewBox="0 0 28 24" aria-hidden="true">
      <g fill="var(--ink)">
        <rect x="1" y="1" width="2.6" height="22" />
        <rect x="5" y="1" width="2.6" height="22" />
        <rect x="20.4" y="1" width="2.6" height="22" />
        <rect x="24.4" y="1" width="2.6" height="22" />
      </g>
      <path d="M9.5 7.5L16 12.3" stroke="var(--bad)" stroke-width="2.2" />
      <path d="M19.3 14.8l-5.2-.8 2.900-3.9z" fill="var(--bad)" />
    </svg>
  );
}

/** The top of the page. */
export function Header() {
  const now = lab.view.value;
  return (
    <header class="masthead">
      <button type="button" class="logo" onClick={goHome} aria-current={now === 'home' ? 'page' : undefined}>
        <Logo />
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
