// The profiles of hosts by name.

import { freebsd } from './freebsd.ts';
import { linux } from './linux.ts';
import { rfc } from './rfc.ts';

export { type FreebsdSteps, freebsdRules } from './freebsd-rules.ts';
export { type LinuxSteps, linuxRules } from './linux.ts';
export type { ChoiceName, HostProfile } from './profile.ts';

/** What `new Host({ profile })` may be; docs/profiles.md has every choice with its source. */
export const hostProfiles = { rfc, linux, freebsd } as const;

/** The name of a profile. */
export type ProfileName = keyof typeof hostProfiles;
