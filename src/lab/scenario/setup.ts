// What the setup of a scenario may hold.

import { anything, flag, nested, orNull, real, Schema, text, whole } from '../../options/index.ts';
import { wireConfig } from '../../sim/index.ts';
import { tcpOptions } from '../../tcp/index.ts';
import type { HostSetup, ListenSetup, Setup } from './scenario.ts';

const hostSetup = new Schema<HostSetup>('setup', {
  name: text,
  tcp: nested(tcpOptions),
  reads: anything,
  connections: whole(1),
  splitsHandshake: flag,
});

const { mtu, loss, bandwidthBps, jitterUs, duplicate, reorder, mark } = wireConfig.kinds;

/** What {@link Setup} may hold. */
export const setupOptions = new Schema<Setup>('setup', {
  left: nested(hostSetup),
  right: nested(hostSetup),
  listen: orNull(
    nested(
      new Schema<ListenSetup>('listen', {
        backlog: whole(0),
        synBacklog: whole(0),
        synCookies: flag,
        fastOpen: whole(0),
        accepts: flag,
      }),
    ),
  ),
  delayMs: real(0),
  mslMs: real(0),
  wire: nested(
    new Schema<NonNullable<Setup['wire']>>('wire', {
      mtu,
      loss,
      bandwidthBps,
      jitterUs,
      duplicate,
      reorder,
      mark,
    }),
  ),
  tcp: nested(tcpOptions),
  seed: real(-Number.MAX_VALUE),
});
