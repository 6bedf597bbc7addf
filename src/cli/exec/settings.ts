// What `synfin exec` hands to the Node process that it puts on a synfin host: by one variable, which that process takes
// away, so that what it starts is on the namespace's kernel.

import type { NetworkSettings } from '../network.ts';

/** The variable. */
export const EXEC_VARIABLE = 'SYNFIN_EXEC';

/** Its value, as JSON. */
export interface ExecSettings extends NetworkSettings {
  /** Of the messages. */
  readonly lang: 'en' | 'zh';
  /** Where, beside the program, a line is written to descriptor 3: when the host is there, or when somebody listens. */
  readonly says: 'up' | 'listening' | null;
}

/** The descriptor of {@link ExecSettings.says}. */
export const READY_FD = 3;

/** The exit code when synfin itself failed. */
export const EXIT_FAILED = 125;
