import { expect, test } from 'vitest';
import { expectedStates, play, type Stage } from './run-scenario.ts';
import { synfinStage } from './run-synfin.ts';

const options = { delayMs: 10, mslMs: 100, onEvent: () => {} };
const script = { close: 'active', texts: { left: 'question', right: 'answer' }, pauseMs: 100 } as const;

test('the states expected are those of figures 5, 12 and 13; a TIME-WAIT that is not watched has no end', () => {
  expect(expectedStates('left', 'active', false).slice(3)).toEqual([
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
    'CLOSED',
  ]);
  expect(expectedStates('right', 'active', true).slice(3)).toEqual(['CLOSE-WAIT', 'LAST-ACK', 'CLOSED']);
  expect(expectedStates('left', 'passive', false).slice(3)).toEqual(['CLOSE-WAIT', 'LAST-ACK', 'CLOSED']);
  expect(expectedStates('right', 'passive', true).slice(3)).toEqual([
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
  ]);
  expect(expectedStates('right', 'simultaneous', true).slice(3)).toEqual([
    'FIN-WAIT-1',
    'CLOSING',
    'TIME-WAIT',
  ]);
});

test('what each end received is what the other wrote', async () => {
  const stage = synfinStage(options);
  const received = await stage.run(play(stage, script));
  expect(new TextDecoder().decode(received.right)).toBe('question');
  expect(new TextDecoder().decode(received.left)).toBe('answer');
});

/** A stage whose accepted end is changed. */
async function withRight(change: (stage: Stage) => Stage['accept']): Promise<unknown> {
  const stage = synfinStage(options);
  const changed: Stage = { ...stage, accept: change(stage) };
  return stage.run(play(changed, script)).catch((error: unknown) => error);
}

test('a stream that ends too soon fails the run, and so does one that says too much', async () => {
  const mute = await withRight((stage) => async () => {
    const actor = await stage.accept();
    return { ...actor, write: () => actor.close() };
  });
  expect(String(mute)).toBe('Error: the stream ended after 0 of 6 octets');
  const talkative = await withRight((stage) => async () => {
    const actor = await stage.accept();
    return {
      ...actor,
      close() {
        actor.write(new Uint8Array(3));
        actor.close();
      },
    };
  });
  expect(String(talkative)).toBe('Error: 3 octets more than were written');
});
