// Runbooks: from a symptom of a running machine to its cause. Without one: the list of symptoms.

import { drawLadder, layoutLadder, playScenario, type Runbook, runbooks } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { Rich, TermCard, Title, Whole } from '../parts/glossary.tsx';
import { nodeOf } from '../parts/shapes.tsx';
import { tell } from '../parts/share.ts';
import { scenarioNamed } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import { runbookId, showRunbook } from '../state/runbook.ts';

/** A runbook, or all of them. */
export function RunbookPage() {
  const found = runbooks.find(({ id }) => id === runbookId.value);
  return found === undefined ? <All /> : <One book={found} />;
}

function All() {
  return (
    <main class="reading" id="ladder" tabIndex={-1}>
      <header>
        <h1>{t('runbooksTitle')}</h1>
        <p class="lead">{t('runbooksLead')}</p>
      </header>
      <ul class="story-list">
        {runbooks.map(({ id, title, means }) => (
          <li key={id}>
            <button type="button" data-runbook={id} onClick={() => showRunbook(id)}>
              <h2>
                <Title text={say(title)} />
              </h2>
              <p>
                <Whole text={say(means)} />
              </p>
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}

/** A command: a line ends after a pipe, where it must. */
function Command({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(?<=\| )/).map((part) => (
        <span key={part} class="pipe">
          {part}
        </span>
      ))}
    </>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(t('copied'));
  } catch {
    tell(t('copyFailed'));
  }
}

function List({ title, items }: { readonly title: string; readonly items: Runbook['now'] }) {
  if (items.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {items.map((one) => (
          <li key={one.en}>
            <Rich text={say(one)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function One({ book }: { readonly book: Runbook }) {
  const { title, means, fault, looks, now, forGood, useless, scenario, edits = [] } = book;
  return (
    <main class="reading runbook" id="ladder" tabIndex={-1}>
      <header>
        <button type="button" class="quiet" onClick={() => showRunbook(null)}>
          ‹ {t('runbooksTitle')}
        </button>
        <h1>
          <Title text={say(title)} />
        </h1>
        <p class="lead">
          <Whole text={say(means)} />
        </p>
        <p class="lead">
          <Whole text={say(fault)} />
        </p>
      </header>
      <div class="runbook-grid">
        <div>
          <ol class="looks">
            {looks.map(({ ask, run, prints, reads }) => (
              <li key={run}>
                <h3>{say(ask)}</h3>
                <div class="command">
                  <pre class="prompt">
                    <Command text={run} />
                  </pre>
                  {prints !== '' && <pre>{prints}</pre>}
                  <button type="button" aria-label={t('copyCommand')} onClick={() => void copy(run)}>
                    <svg
                      width="16"
                      height="16"
                      viewBox="0 0 16 16"
                      fill="none"
                      stroke="currentColor"
                      stroke-width="1.5"
                      aria-hidden="true"
                    >
                      <rect x="5" y="5" width="8.500" height="8.500" rx="1.5" />
                      <path d="M3 10.500V3.500A1 1 0 0 1 4 2.500h7" />
                    </svg>
                  </button>
                </div>
                <p>
                  <Rich text={say(reads)} />
                </p>
              </li>
            ))}
          </ol>
          <div class="todo">
            <List title={t('doNow')} items={now} />
            <List title={t('doForGood')} items={forGood} />
          </div>
        </div>
        <aside class="runbook-side">
          <Figure scenario={scenario} edits={edits} />
          {useless.length > 0 && (
            <div class="trap">
              <h3>× {t('doesNotHelp')}</h3>
              {useless.map((one) => (
                <p key={one.en}>
                  <Whole text={say(one)} />
                </p>
              ))}
            </div>
          )}
          <TermCard />
          <p class="buttons">
            <button type="button" class="primary" onClick={() => lab.openScenario(scenario, edits)}>
              {t('runInLab')}
            </button>
            <button type="button" onClick={() => print()}>
              {t('printPage')}
            </button>
          </p>
        </aside>
      </div>
    </main>
  );
}

/** The run that reproduces it, small. */
function Figure({ scenario, edits }: { readonly scenario: string; readonly edits: readonly string[] }) {
  const of = scenarioNamed(scenario);
  if (of === undefined) return null;
  const { trace } = playScenario(of, { edits, mostEvents: 600 });
  const layout = layoutLadder(trace, { lang: lab.lang.value, width: 340, compact: true });
  return (
    <figure>
      <figcaption class="quiet-text">{say(of.title)}</figcaption>
      <svg class="sf" viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={say(of.title)}>
        {drawLadder(layout, trace, { prefix: 'fig' }).map(nodeOf)}
      </svg>
    </figure>
  );
}
