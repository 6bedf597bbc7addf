// The scenario, twice: the same segments at the same times, and the same log.

import { twice } from '../twice.ts';
import rollout, { options } from './scenario.ts';

await twice(rollout, options);
