// The page of the lab begins here.

import { render } from 'preact';
import { t } from './messages.ts';
import { App } from './parts/app.tsx';
import { loadFinderLater } from './state/answers.ts';
import { listenToKeys } from './state/keys.ts';
import * as lab from './state/lab.ts';
import { type RouteProblem, startRouting } from './state/route.ts';
import { paint } from './style/palette.ts';

/** What the address was found to be wrong about. */
function onProblem(problem: RouteProblem, piece: string): void {
  lab.trouble.value = problem === null ? null : t(`link_${problem}`, { piece });
}

paint();
const shown = startRouting(onProblem);
render(<App />, document.getElementById('app') as HTMLElement);
listenToKeys();
await shown;
if (location.search !== '') void import('./parts/opened-file.ts').then((it) => it.openNamed(location.search));
performance.mark('ready');
document.documentElement.dataset['ready'] = 'yes';
loadFinderLater();
