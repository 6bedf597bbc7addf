// A text of the lab's geometry as SVG.

import { Fragment } from 'preact';
import type { PlacedText } from '../../src/lab/index.ts';

/** One line of text at its place. */
export function Placed({ text, class: name }: { readonly text: PlacedText; readonly class?: string }) {
  const turn = text.angle === 0 ? {} : { transform: `rotate(${text.angle} ${text.x} ${text.y})` };
  return (
    <text x={text.x} y={text.y} text-anchor={text.anchor} font-size={text.size} class={name} {...turn}>
      {text.text}
    </text>
  );
}

/** Several lines; the spaces are for those who read them aloud. */
export function PlacedLines({
  lines,
  class: name,
}: {
  readonly lines: readonly PlacedText[];
  readonly class?: string;
}) {
  return (
    <>
      {lines.map((line, i) => (
        <Fragment key={`${i}${line.text}`}>
          <Placed text={line} {...(name === undefined ? {} : { class: name })} />{' '}
        </Fragment>
      ))}
    </>
  );
}
