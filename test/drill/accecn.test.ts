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

/** Who closes first, up to the ACK of the peer's FIN with the control bits `last`. */
const closing = (last: string): string => `
 0 \`sysctl -q net.ipv4.tcp_ecn=3 net.ipv4.tcp_ecn_option=0\`
+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0...0.010 connect(3, ..., ...) = 0
+0 > [noecn] SEWA 0:0(0) <...>
+.01 < [ect1] SW. 0:0(0) ack 1 win 32768 <mss 1000,nop,nop,sackOK>
+0 > EW. 1:1(0) ack 1
+.01 close(3) = 0
+0 > F5. 1:1(0) ack 1
+.01 < [ect0] .5 1:1(0) ack 2 win 32768
+.01 < [ect0] F5. 1:1(0) ack 2 win 32768
+0 > ${last} 2:2(0) ack 2
`;

it('who has closed and is in TIME-WAIT goes on to tell of marks, but on Linux', async () => {
  const outcome = async (last: string, profile: Profile): Promise<string> =>
    (await runScript(parseScript(closing(last)), { profile })).outcome;
  expect([await outcome('.', linuxProfile), await outcome('.5', linuxProfile)]).toEqual(['pass', 'fail']);
  expect([await outcome('.5', rfcProfile), await outcome('.', rfcProfile)]).toEqual(['pass', 'fail']);
});
