import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../lab/index.ts';
import { callTool } from './mcp-tools.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-tools-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const refused = join(dir, 'refused.pcapng');
writeFileSync(
  refused,
  pcapngOf(playScenario(scenarioNamed('refused') as Scenario).trace, { lang: 'en', at: 'left' }),
);

test('the tools of mcp say what the rules say, in the language of the server', async () => {
  const { text, failed } = await callTool('read', { files: [refused] }, 'zh');
  expect(failed).toBe(false);
  expect(JSON.parse(text)).toMatchObject({
    healthy: false,
    findings: [{ id: 'refused', verdict: { title: '连接被拒绝' } }],
  });
  const ladder = await callTool('connection', { files: [refused], number: 0 }, 'en');
  expect(ladder).toMatchObject({ failed: false, text: expect.stringContaining('Frame 2: the RST') });
});

test('arguments cannot become options of a command, and what makes no sense is an answer', async () => {
  expect(await callTool('run', { scenario: `--svg=${join(dir, 'x')}` }, 'en')).toMatchObject({
    failed: true,
  });
  expect(await callTool('read', { files: ['-'] }, 'en')).toMatchObject({ failed: true });
  expect(await callTool('read', { files: 7 }, 'en')).toEqual({
    ...{ text: 'the argument "files" must be a list of texts', failed: true },
  });
});
