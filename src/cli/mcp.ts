// `synfin mcp`: an MCP server on standard input and output, so that an assistant reads captures by rules instead of guessing.
// The SDK is an optional peer.

import { type Command, type Io, UsageError, type Values } from './command.ts';
import { commonOptionsHelp, optionLines } from './help-lines.ts';
import { callTool, tools } from './mcp-tools.ts';
import { t } from './messages.ts';
import { loadPeer } from './peer.ts';
import { synfinVersion } from './version.ts';

const SDK = '@modelcontextprotocol/sdk';

/** What is used of the SDK. */
interface ServerModule {
  Server: new (about: object, options: object) => Server;
}
interface Server {
  setRequestHandler(schema: unknown, handler: (request: Request) => unknown): void;
  connect(transport: unknown): Promise<void>;
  onclose?: () => void;
  close(): Promise<void>;
}
interface Request {
  readonly params: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> };
}
interface StdioModule {
  StdioServerTransport: new (stdin: unknown, stdout: unknown) => unknown;
}
interface TypesModule {
  ListToolsRequestSchema: unknown;
  CallToolRequestSchema: unknown;
}

async function run(_values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [more] = positionals;
  if (more !== undefined) throw new UsageError('tooManyArguments', { text: positionals.join(' ') });
  const load = (path: string): Promise<unknown> => loadPeer(`${SDK}/${path}`, SDK, 'mcp');
  const { Server } = (await load('server/index.js')) as ServerModule;
  const { StdioServerTransport } = (await load('server/stdio.js')) as StdioModule;
  const { ListToolsRequestSchema, CallToolRequestSchema } = (await load('types.js')) as TypesModule;
  const server = new Server(
    { name: 'synfin', version: synfinVersion() },
    { capabilities: { tools: {} }, instructions: t('en', 'mcpInstructions') },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ name, description, schema }) => ({
      ...{ name, description, inputSchema: schema },
      annotations: { readOnlyHint: true, openWorldHint: false },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const { text, failed } = await callTool(params.name, params.arguments ?? {}, io.lang);
    return { content: [{ type: 'text', text }], isError: failed };
  });
  const over = new Promise<void>((resolve) => {
    server.onclose = resolve;
    io.stdin.once('end', resolve);
  });
  await server.connect(new StdioServerTransport(io.stdin, io.stdout));
  await over;
  await server.close();
  return 0;
}

const USAGE = {
  en: `synfin mcp [OPTIONS]

An MCP server on standard input and output, for assistants (npm install
@modelcontextprotocol/sdk): the tools read (what is wrong in captures),
connection (the ladder of one), explain (a verdict), ask (a question about TCP)
and run (a scenario). Verdicts come from rules and name their frames; an
assistant can tell them, not invent them. Nothing is written, and no socket is
opened.

Options:
{options}

A client's configuration:
  { "mcpServers":
    { "synfin": { "command": "npx", "args": ["synfin", "mcp"] } } }

Exit codes: 0 the client has gone, 2 wrong arguments, or the SDK is not there
`,
  zh: `synfin mcp [选项]

通过标准输入输出提供的 MCP 服务器，供 AI 助手使用（npm install
@modelcontextprotocol/sdk）：工具 read（抓包里有什么问题）、connection（一个连接的
梯形图）、explain（一个结论）、ask（关于 TCP 的问题）和 run（一个场景）。结论由规则
得出并给出依据帧：助手只能转述，不能编造。不写文件，也不打开套接字。

选项：
{options}

客户端配置：
  { "mcpServers": { "synfin": { "command": "npx", "args": ["synfin", "mcp"] } } }

退出码：0 客户端已离开，2 参数错误，或未安装 SDK
`,
} as const;

/** `synfin mcp` */
export const mcpCommand: Command = {
  name: 'mcp',
  usage: (lang) => USAGE[lang].replace('{options}', optionLines(commonOptionsHelp, lang)),
  options: {},
  run,
};
