// AccECN (RFC 9768) with a Linux peer, where its kernel takes net.ipv4.tcp_ecn=3; with classic ECN and none on any.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel([]);

interface Negotiated {
  readonly ecn: string;
  readonly accEcn: { readonly ect: boolean; readonly deliveredCe: number } | null;
  readonly retransmissions: number;
  readonly read: number;
}

interface Report {
  readonly refused?: true;
  readonly asked?: Negotiated;
  readonly granted?: Negotiated;
}

describe.skipIf(why !== '')(titled('AccECN and the kernel of this machine', why), () => {
  let ns: Namespace;
  beforeAll(async () => {
    ns = await Namespace.open();
  });
  afterAll(async () => {
    await ns?.close();
  });

  async function withEcn(setting: number): Promise<Report> {
    const { stdout, stderr } = await ns.run(process.execPath, [
      'test/fixtures/accecn-kernel.ts',
      String(setting),
    ]);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  }

  test.each([
    [0, 'off', 'off'],
    [1, 'classic', 'classic'],
    [2, 'classic', 'off'],
  ])(
    'tcp_ecn=%d: asked for it is %s, and what the kernel asks for is %s',
    { timeout: 60_000 },
    async (setting, asked, granted) => {
      const report = await withEcn(setting);
      expect(report.asked).toMatchObject({ ecn: asked, accEcn: null, read: 300_000 });
      expect(report.granted).toMatchObject({ ecn: granted, accEcn: null, read: 300_000 });
    },
  );

  test('tcp_ecn=3: AccECN both ways, and nothing takes the path for a mangler', {
    timeout: 60_000,
  }, async (context) => {
    const report = await withEcn(3);
    if (report.refused === true) context.skip('this kernel refuses net.ipv4.tcp_ecn=3');
    for (const end of [report.asked, report.granted]) {
      expect(end).toMatchObject({ ecn: 'accurate', read: 300_000 });
      expect(end?.accEcn).toMatchObject({ ect: true, deliveredCe: 0 });
    }
  });
});
