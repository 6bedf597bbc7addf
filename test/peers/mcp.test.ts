// `synfin mcp`, driven by the SDK's own client, which is installed beside these tests: npm run test:peers.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../../src/lab/index.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const synfinFile = fileURLToPath(new URL('../../bin/synfin.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'synfin-mcp-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What is used of the SDK, which may not be there. */
interface Client {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
  getInstructions(): string | undefined;
  listTools(): Promise<{ tools: { name: string; inputSchema: { required?: string[] } }[] }>;
  callTool(call: object): Promise<{ content: { type: string; text: string }[]; isError?: boolean }>;
}

function capture(id: string): string {
  const file = join(dir, `${id}.pcapng`);
  writeFileSync(
    file,
    pcapngOf(playScenario(scenarioNamed(id) as Scenario).trace, { lang: 'en', at: 'left' }),
  );
  return file;
}

test('without the package a sentence says what to install', () => {
  const { status, stderr } = spawnSync(process.execPath, [synfinFile, 'mcp'], {
    cwd: dir,
    input: '',
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    2,
    'synfin: mcp needs the package @modelcontextprotocol/sdk, which is not installed: npm install @modelcontextprotocol/sdk\n',
  ]);
});

const isThere = existsSync(join(here, 'node_modules', '@modelcontextprotocol', 'sdk'));
describe.skipIf(!isThere)(`synfin mcp${isThere ? '' : ' (skipped: npm ci --prefix test/peers)'}`, () => {
  let client: Client;
  beforeAll(async () => {
    const name = '@modelcontextprotocol/sdk/client';
    const { Client: Made } = (await import(`${name}/index.js`)) as { Client: new (about: object) => Client };
    const { StdioClientTransport } = (await import(`${name}/stdio.js`)) as {
      StdioClientTransport: new (options: object) => unknown;
    };
    client = new Made({ name: 'test', version: '1' });
    const env = { ...process.env, LANG: 'en_US.UTF-8' };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [synfinFile, 'mcp'], cwd: here, env }),
    );
  });
  afterAll(() => client.close());

  const call = async (name: string, args: object): Promise<{ text: string; isError: boolean }> => {
    const { content, isError = false } = await client.callTool({ name, arguments: args });
    return { text: content.map(({ text }) => text).join(''), isError };
  };

  test('five tools, and the instruction to add nothing', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name, inputSchema }) => [name, inputSchema.required])).toEqual([
      ['read', ['files']],
      ['connection', ['files', 'number']],
      ['explain', ['verdict']],
      ['ask', ['question']],
      ['run', ['scenario']],
    ]);
    expect(client.getInstructions()).toContain('add no verdict of your own');
  });

  test('read says what is wrong, with frames; of a healthy capture, that it is healthy', async () => {
    const { text } = await call('read', { files: [capture('refused')] });
    expect(JSON.parse(text)).toMatchObject({
      healthy: false,
      findings: [{ id: 'refused', verdict: { culprit: 'server', evidence: [{ frame: 1 }, { frame: 2 }] } }],
      connections: [{ number: 0, verdicts: [{ id: 'refused', severity: 'fault' }] }],
    });
    expect(JSON.parse((await call('read', { files: [capture('close4')] })).text)).toMatchObject({
      healthy: true,
    });
  });

  test('connection, explain, ask and run answer as the command does', async () => {
    const files = [capture('refused')];
    expect((await call('connection', { files, number: 0 })).text).toContain(
      '^^^ Frame 2: the RST (Connection refused)',
    );
    const explained = JSON.parse((await call('explain', { verdict: 'close-wait-leak' })).text);
    expect(explained).toMatchObject({ severity: 'fault', scenario: { id: 'cw-leak' } });
    expect((await call('ask', { question: 'why three segments' })).text).toContain('three');
    const run = await call('run', { scenario: 'close4', edits: ['drop FIN#1'] });
    expect([run.isError, /FIN.*lost/is.test(run.text)]).toEqual([false, true]);
  });

  test('what makes no sense is said, and the server lives on', async () => {
    const wrong: readonly (readonly [string, object, string])[] = [
      ['read', { files: ['/nowhere'] }, 'there is no file "/nowhere"'],
      ['read', { files: ['-'] }, 'read needs a capture'],
      ['read', { files: 'x' }, 'must be a list of texts'],
      ['connection', { files: [capture('refused')], number: 9 }, 'there is no connection 9'],
      ['connection', { files: [capture('refused')], number: -1 }, 'must be a whole number'],
      ['explain', { verdict: 'close-wait' }, 'close-wait-leak'],
      ['run', { scenario: '--pcap=x' }, '--pcap=x'],
      ['nothing', {}, 'there is no tool "nothing"'],
    ];
    for (const [name, args, said] of wrong)
      expect([name, await call(name, args)]).toEqual([
        name,
        { text: expect.stringContaining(said), isError: true },
      ]);
    expect((await call('explain', { verdict: 'refused' })).isError).toBe(false);
  });
});
