// AccECN (RFC 9768) in packets: a script for each of its mechanisms, with the settings of Linux and with the RFC's own.
// And each notices when it is left out.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  formatResult,
  linuxProfile,
  type Profile,
  parseScript,
  rfcProfile,
  runScript,
  type ScriptResult,
} from '../../src/drill/index.ts';

const folder = new URL('./accecn/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.pkt'))
  .map((file) => file.slice(0, -4));

function run(
  name: string,
  profile: Profile,
  change: (text: string) => string = (text) => text,
): Promise<ScriptResult> {
  const text = change(readFileSync(new URL(`${name}.pkt`, folder), 'utf8'));
  return runScript(parseScript(text, { file: `${name}.pkt` }), { strict: true, profile });
}

describe('scripts of AccECN', () => {
  it('are all here', () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  it.each(names)('%s', async (name) => {
    for (const profile of [linuxProfile, rfcProfile]) {
      const result = await run(name, profile);
      expect(result.outcome, `${profile.name}: ${formatResult(result)}`).toBe('pass');
    }
  });

  it.each(names.filter((name) => name !== 'not-asked-for'))(
    '%s fails where there is no ECN',
    async (name) => {
      expect(
        (await run(name, rfcProfile, (text) => text.replace(/ipv4\.tcp_ecn=\d/, 'ipv4.tcp_ecn=0'))).outcome,
      ).toBe('fail');
    },
  );
});
