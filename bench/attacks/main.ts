// npm run attacks: every attack, one after another, and what it cost whom.
//
//   npm run attacks                         all, at full size
//   npm run attacks -- --only syn-flood     one
//   npm run attacks -- --small              at the size of the test
//   npm run attacks -- --markdown           the table of docs/security.md

import { parseArgs } from 'node:util';
import { attacks } from './index.ts';
import { heading, markdownRow, print } from './report.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    small: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});
const chosen = attacks.filter((a) => values.only === undefined || a.name === values.only);
if (chosen.length === 0) {
  console.error(`no such attack; there are: ${attacks.map((a) => a.name).join(', ')}`);
  process.exitCode = 1;
}
if (values.markdown) console.log(heading());
for (const attack of chosen) {
  const outcome = await attack.run(values.small ? attack.small : attack.full);
  if (values.markdown) console.log(markdownRow(outcome));
  else print(outcome);
}
