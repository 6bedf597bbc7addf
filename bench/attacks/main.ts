// npm run attacks: every attack, one after another, and what it cost whom.
//
//   npm run attacks                         all, at full size
//   npm run attacks -- --only syn-flood     one
//   npm run attacks -- --small              at the size of the test
//   npm run attacks -- --markdown           the table of docs/security.md

import { argumentsOf } from '../arguments.ts';
import { attacks } from './index.ts';
import { heading, markdownRow, print } from './report.ts';

const values = argumentsOf(
  import.meta.url,
  {
    only: { type: 'string' },
    small: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
  ({ only }) => {
    if (only === undefined || attacks.some(({ name }) => name === only)) return;
    throw new RangeError(`--only: of ${attacks.map((a) => a.name).join(', ')}; not '${only}'`);
  },
);
const chosen = attacks.filter((a) => values.only === undefined || a.name === values.only);
if (values.markdown) console.log(heading());
for (const attack of chosen) {
  const outcome = await attack.run(values.small ? attack.small : attack.full);
  if (values.markdown) console.log(markdownRow(outcome));
  else print(outcome);
}
