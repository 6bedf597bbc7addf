// A ladder as a picture before anybody draws it: plain data in abstract pixels, y downwards. Every piece
// names the events of the trace that it stands for, so that a renderer can link, select and point.

import type { StateName } from '../../tcp/index.ts';
import type { Lang } from '../text/index.ts';
import type { End, TraceEnd } from '../trace.ts';
import type { Tone } from './rows.ts';

/** Options of `layoutLadder`. */
export interface LayoutOptions {
  readonly lang: Lang;
  /** Raw sequence numbers. Default: counted from each ISS. */
  readonly absolute?: boolean;
  /** Only this connection; 'all' (the default) shows all, each with a lifeline of its own where there is room. */
  readonly connection?: number | 'all';
  /** Pixels. Default 960; at least 280. */
  readonly width?: number;
  /** Small type, short names, flags without numbers, no times. Default: where there is no room for the other form. */
  readonly compact?: boolean;
  /** Pixels that a segment's usual way takes downwards. Default 48. */
  readonly flightPx?: number;
  /** Microseconds of that way: two ladders with the same have the same scale. Default: the median of the run's. */
  readonly flightUs?: number;
  /** Least heights of its events, by index, in pixels: two ladders beside each other stand alike. Default: none. */
  readonly leastY?: readonly number[];
  /** The options of segments below their labels. Default false. */
  readonly details?: boolean;
  /** Pixels at each side that are left to what a page puts beside the ladder. Default 0. */
  readonly aside?: number;
}

/** One line of text. (x, y) is its anchor on the baseline; it is turned around that point. */
export interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Degrees, clockwise. */
  readonly angle: number;
  readonly width: number;
  /** Font size. */
  readonly size: number;
  readonly font: 'mono' | 'sans';
}

/** How a segment's way ends. */
export type ArrowEnd = 'arrived' | 'lost' | 'flying';

/** The label of a segment: a level box on its line. Its flags are a block of their own; the fields follow. */
export interface Pill {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly flags: PlacedText;
  /** null: there is no room for them. */
  readonly fields: PlacedText | null;
  /** Where the block of the flags ends. */
  readonly split: number;
}

/** The way of a segment, or of a copy of it. */
export interface LadderArrow {
  /** The segment's number. */
  readonly id: number;
  readonly connection: number;
  readonly from: End;
  readonly x1: number;
  readonly y1: number;
  /** Where it arrives; where it is lost; or how far it has come. */
  readonly x2: number;
  readonly y2: number;
  /** Where a segment that is lost would have gone; else as x2, y2. */
  readonly x3: number;
  readonly y3: number;
  readonly end: ArrowEnd;
  readonly copy: number;
  /** Index of the 'sent' event. */
  readonly sent: number;
  /** Index of the 'arrived' or 'lost' event; null while it is under way. */
  readonly landed: number | null;
  readonly tone: Tone;
  readonly retransmission: boolean;
  readonly injected: boolean;
  readonly damaged: boolean;
  /** Why the receiver discarded it; null if it did not. */
  readonly discarded: string | null;
  /** Why it was lost; null if it was not. */
  readonly lost: string | null;
  /** All that is known of it, in words. */
  readonly words: readonly string[];
  /** null for copies, and where many segments stand close together. */
  readonly pill: Pill | null;
  /** That it is a retransmission, or forged, where it begins. */
  readonly remark: readonly PlacedText[];
  /** Options, below the label. */
  readonly detail: readonly PlacedText[];
  /** What is said where it ends. */
  readonly note: readonly PlacedText[];
}

/** A state of an end of a connection, from one change to the next: a piece of its lifeline. */
export interface BarPiece {
  readonly end: End;
  readonly connection: number;
  readonly state: StateName;
  /** The left edge. */
  readonly x: number;
  readonly width: number;
  readonly y1: number;
  readonly y2: number;
  /** Index of the event that it begins with; -1 for the first. */
  readonly event: number;
  /** The rule behind the change, and its section; null when it is not known. */
  readonly rule: string | null;
  readonly section: string | null;
  /** Its name; an empty text where there is no room for it. */
  readonly label: PlacedText;
}

/** A program's call at the outer edge. */
export interface CallMark {
  readonly end: End;
  readonly connection: number;
  readonly event: number;
  /** 'in': the program gives TCP something; 'out': TCP tells the program. */
  readonly direction: 'in' | 'out';
  readonly failed: boolean;
  /** The tip of its mark. */
  readonly x: number;
  readonly y: number;
  readonly text: readonly PlacedText[];
}

/** A time that an end waits. */
export interface TimerBracket {
  readonly end: End;
  readonly connection: number;
  readonly timer: string;
  /** How it ended; 'pending': not before the end of the trace. */
  readonly outcome: 'fired' | 'cancelled' | 'pending';
  /** Indices of the events that it begins and ends with; null when nobody told. */
  readonly set: number | null;
  readonly over: number | null;
  readonly x: number;
  readonly y1: number;
  readonly y2: number;
  readonly text: readonly PlacedText[];
}

/** A host or the wire fails, or is back. */
export interface FaultMark {
  readonly what: 'crash' | 'reboot' | 'cut' | 'mend';
  readonly end: End | null;
  readonly event: number;
  /** Until where a cut wire, or a host that is down, stays so. */
  readonly y1: number;
  readonly y2: number;
  readonly text: readonly PlacedText[];
}

/** Idle time that is not drawn to scale. */
export interface LadderGap {
  /** Microseconds. */
  readonly t1: number;
  readonly t2: number;
  readonly y1: number;
  readonly y2: number;
  /** Index of the event that ends it. */
  readonly event: number;
  readonly label: PlacedText;
}

/** A point of the time axis; between two of them time is linear in y. */
export interface AxisStop {
  readonly t: number;
  readonly y: number;
}

/** Where one end of a connection stands. */
export interface Lifeline {
  readonly end: End;
  readonly connection: number;
  /** Its middle. */
  readonly x: number;
}

/** Where the columns are. */
export interface LadderColumns {
  /** Right edge of the times; null when there are none. */
  readonly time: number | null;
  /** Inner edges of the innermost lifelines. */
  readonly left: number;
  readonly right: number;
  /** Outer edges of what stands outside: beyond them is nothing but `aside`. */
  readonly outerLeft: number;
  readonly outerRight: number;
  readonly barWidth: number;
}

/** Who stands above the lifelines of an end. */
export interface LadderHead {
  readonly end: End;
  readonly name: TraceEnd['name'];
  readonly text: readonly PlacedText[];
  /** The ends of the brace over several lifelines; null for one. */
  readonly brace: readonly [number, number] | null;
}

/** A ladder as plain data. */
export interface LadderLayout {
  readonly lang: Lang;
  readonly width: number;
  readonly height: number;
  readonly compact: boolean;
  readonly fontSize: number;
  /** Microseconds of a segment's usual way: its scale. */
  readonly flightUs: number;
  /** The connection whose states are named outside. */
  readonly focus: number;
  readonly columns: LadderColumns;
  readonly lifelines: readonly Lifeline[];
  readonly heads: readonly LadderHead[];
  /** Where the lifelines begin and end. */
  readonly top: number;
  readonly bottom: number;
  readonly stops: readonly AxisStop[];
  /** Where each event of the trace stands, by its index: never upwards. */
  readonly eventY: readonly number[];
  readonly times: readonly (PlacedText & { readonly event: number })[];
  readonly gaps: readonly LadderGap[];
  readonly arrows: readonly LadderArrow[];
  readonly bars: readonly BarPiece[];
  readonly calls: readonly CallMark[];
  readonly timers: readonly TimerBracket[];
  readonly faults: readonly FaultMark[];
}
