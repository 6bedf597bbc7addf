// All stories, in the order in which they are listed: how a connection begins, how it ends, what goes wrong.

import { closeStories } from './closing.ts';
import { openStories } from './opening.ts';
import { serverStories } from './servers.ts';
import type { Story } from './story.ts';

export {
  type Moment,
  momentIn,
  type Story,
  type StoryBreak,
  type StoryStep,
  storyPlaces,
} from './story.ts';

/** All stories. */
export const stories: readonly Story[] = [...openStories, ...closeStories, ...serverStories];

/** The story of that id. */
export function storyNamed(id: string): Story | undefined {
  return stories.find((one) => one.id === id);
}
