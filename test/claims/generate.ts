// npm run claims:docs: runs what decides the claims, and writes docs/claims.md and docs/claims.zh-CN.md.

import { writeFileSync } from 'node:fs';
import { claims } from '../../src/lab/claims/index.ts';
import { countOf, documents } from './document.ts';

const root = new URL('../../', import.meta.url);

for (const [name, text] of documents()) writeFileSync(new URL(name, root), text);
console.log(
  `${claims.length} claims shown: ${countOf('true')} true, ${countOf('imprecise')} imprecise, ${countOf('wrong')} wrong`,
);
