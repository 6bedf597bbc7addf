// The panels of details: bytes, state diagram, sockets, comparison, table.

import { t } from '../messages.ts';
import { TABS, type Tab, tab } from '../state/panels.ts';
import { BytesView } from './bytes-view.tsx';
import { DiffView } from './diff-view.tsx';
import { SocketsView } from './sockets-view.tsx';
import { StatesView } from './states-view.tsx';
import { TableView } from './table-view.tsx';

/** What a panel shows. */
function panel(of: Tab) {
  switch (of) {
    case 'bytes':
      return <BytesView />;
    case 'states':
      return <StatesView />;
    case 'sockets':
      return <SocketsView />;
    case 'diff':
      return <DiffView />;
    case 'table':
      return <TableView />;
  }
}

function onArrow(event: KeyboardEvent): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const next = TABS[(TABS.indexOf(tab.value) + step + TABS.length) % TABS.length] as Tab;
  tab.value = next;
  document.getElementById(`tab-${next}`)?.focus();
}

/** One panel at a time, chosen by its tab. */
export function Details() {
  return (
    <section class="details" aria-label={t('details')}>
      <div class="tabs" role="tablist" aria-label={t('details')} onKeyDown={onArrow}>
        {TABS.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            aria-controls="panel"
            tabIndex={tab.value === name ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {t(`tab_${name}`)}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        {panel(tab.value)}
      </div>
    </section>
  );
}
