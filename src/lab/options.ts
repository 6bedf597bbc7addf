// Kinds of values that many options of the lab have.

import { either, flag, func, like, oneOf, whole } from '../options/index.ts';

/** What a picture or text of a trace is told: its language, raw sequence numbers, which connection. */
export const shown = {
  lang: oneOf('en', 'zh'),
  absolute: flag,
  connection: either(oneOf('all'), whole(0)),
};

/** Who is told of every event. */
export const onEvent = func;
/** The two ends of a trace. */
export const ends = like('{ left, right }', 'left', 'right');
