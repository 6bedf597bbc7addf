// The sentences of a finding in a language, with what they name put in.

import { fill, type Lang, type Text } from '../lab/text/index.ts';
import type { HostFinding } from './examine.ts';

const SOMEONE: Text = { en: 'a process that was not told', zh: '某个进程（未给出）' };

/** A text of a finding with its parameters; `PID`, `PEER`, `PORT` and `OWN` (the port of this host) of a command are those of the finding. */
export function findingText(text: Text, finding: HostFinding, lang: Lang): string {
  const filled = fill(text[lang], finding.params, (value) => (value === 'someone' ? SOMEONE[lang] : value));
  const [example] = finding.examples;
  let out = filled;
  if (finding.process !== null) out = out.replaceAll(/\bPID\b/g, String(finding.process.pid));
  if (example !== undefined && example.remotePort > 0) {
    out = out
      .replaceAll(/\bPEER\b/g, example.remote)
      .replaceAll(/\bPORT\b/g, String(example.remotePort))
      .replaceAll(/\bOWN\b/g, String(example.localPort));
  }
  return out;
}
