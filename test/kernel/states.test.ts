import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel([]);

describe.skipIf(why !== '')(titled('the states of both ends, ours / the kernel’s', why), () => {
  let ns: Namespace;
  let answers: Record<string, unknown> = {};

  beforeAll(async () => {
    ns = await Namespace.open();
    const child = ns.node('interop-states.ts', []);
    let out = '';
    child.stdout?.on('data', (text) => {
      out += String(text);
    });
    child.stderr?.pipe(process.stderr);
    await new Promise((resolve) => child.once('close', resolve));
    answers = JSON.parse(out);
  });

  afterAll(() => ns?.close());

  describe.each([
    ['ours', 'we open'],
    ['kernel', 'the kernel opens'],
  ])('%#: the active open is %s', (active) => {
    const answer = (name: string) => answers[`${active}: ${name}`];

    test('we close first: RFC 9293 figure 12, the TIME-WAIT is ours', () => {
      expect(answer('we close first')).toEqual([
        'ESTABLISHED / ESTABLISHED',
        'FIN-WAIT-2 / CLOSE-WAIT',
        'TIME-WAIT / CLOSED',
      ]);
    });

    test('the kernel closes first: the TIME-WAIT is the kernel’s', () => {
      expect(answer('the kernel closes first')).toEqual(['CLOSE-WAIT / FIN-WAIT-2', 'CLOSED / TIME-WAIT']);
    });

    test('both close at once: figure 13, through CLOSING to two TIME-WAITs', () => {
      expect(answer('both close at once')).toEqual([
        'ESTABLISHED / FIN-WAIT-1',
        'FIN-WAIT-1 / CLOSING',
        'TIME-WAIT / TIME-WAIT',
      ]);
    });

    test('half-close: 1 MB comes after our FIN, then the kernel’s', () => {
      expect(answer('half-close')).toEqual([
        1_000_000,
        ['FIN-WAIT-2 / CLOSE-WAIT'],
        null,
        'TIME-WAIT / CLOSED',
      ]);
    });

    test('the kernel aborts: our user is told', () => {
      expect(answer('the kernel aborts')).toEqual(['CLOSED / CLOSED', 'ECONNRESET']);
    });

    test('we abort: the kernel’s user is told', () => {
      expect(answer('we abort')).toEqual(['CLOSED / CLOSED', 'ECONNRESET']);
    });

    test('closing with unread data resets the connection (SHLD-3)', () => {
      expect(answer('we close with unread data')).toEqual(['CLOSED / CLOSED', 'ECONNRESET']);
    });
  });
});
