// The scenario, twice: the same segments at the same times, and the same log.

import { twice } from '../twice.ts';
import shop, { options } from './scenario.ts';

await twice(shop, options);
