// Runs one script against a target, event by event: acts at the times written, waits for what is expected,
// and stops at the first thing that is not as the script says.

import type { TcpConfig } from '../../tcp/index.ts';
import type { CodeEvent, Command, Script, ScriptEvent } from '../ast.ts';
import { CodeContext, codeConstants, ScriptError } from '../parse/index.ts';
import { CallJudge } from './call-judge.ts';
import type { RunConfig } from './config.ts';
import { PacketJudge } from './packet-judge.ts';
import type { Profile } from './profile.ts';
import { Mismatch, type ResultBase, type ScriptResult, UnsupportedError } from './result.ts';
import { shellActions } from './shell.ts';
import type { ShellAction } from './shell-action.ts';
import { RunState } from './state.ts';
import type { Target } from './target.ts';
import { type Moment, resolveTime } from './time.ts';
import { counterLine } from './tools.ts';

/** How a run is judged. */
export interface RunnerOptions {
  readonly profile: Profile;
  /** Packets that nothing expected fail the script even at its end, and TS ecr is compared. */
  readonly strict: boolean;
}

/** One run. */
export class Runner {
  readonly #script: Script;
  readonly #options: RunnerOptions;
  readonly #state: RunState;
  readonly #packets: PacketJudge;
  readonly #calls: CallJudge;
  readonly #code = new CodeContext();
  /** Counters when nstat was last asked to begin anew. */
  #counted: ReadonlyMap<string, number> = new Map();
  /** The event before, with its moment. */
  #last: { readonly event: ScriptEvent; readonly moment: Moment } | null = null;

  constructor(script: Script, config: RunConfig, target: Target, options: RunnerOptions) {
    this.#script = script;
    this.#options = options;
    this.#state = new RunState(config, target);
    const { platform } = options.profile;
    this.#packets = new PacketJudge(this.#state, {
      checkEcr: options.strict,
      numbersOfClosed: platform === 'FreeBSD' ? 'live' : 'script',
    });
    this.#calls = new CallJudge(this.#state, options.profile.personality.impliedConnect);
    this.#code.setAll(codeConstants(platform));
  }

  /** Runs the script to its end or to the first failure. */
  async run(): Promise<ScriptResult> {
    const state = this.#state;
    try {
      const { assumed, initCommand } = this.#script;
      if (assumed !== undefined && state.target.ownSettings !== true) {
        state.notes.push(`${assumed}: in a comment; taken as the settings of the machine`);
        await this.#command({ text: assumed, line: 1 });
      }
      if (initCommand !== undefined) await this.#command(initCommand);
      state.startUs = state.target.now();
      for (const event of this.#script.events) await this.#event(event);
      await this.#calls.finish();
      if (this.#options.strict) this.#packets.noLeftovers();
      return { outcome: 'pass', ...this.#base() };
    } catch (e) {
      return this.#failure(e);
    } finally {
      this.#packets.killConnection();
    }
  }

  #base(): ResultBase {
    const { notes, notJudged } = this.#state;
    return {
      file: this.#script.file,
      packets: this.#packets.packets,
      notes,
      notJudged,
      endUs: this.#state.now(),
    };
  }

  #failure(e: unknown): ScriptResult {
    const { line } = this.#state;
    if (e instanceof UnsupportedError)
      return { outcome: 'unsupported', line, reason: e.message, ...this.#base() };
    if (e instanceof Mismatch) {
      const { message: explanation, expected, actual } = e;
      return { outcome: 'fail', line, explanation, expected, actual, ...this.#base() };
    }
    // A stack that throws has failed, whatever the script says.
    const actual = e instanceof Error ? (e.stack ?? e.message) : String(e);
    const explanation = 'the stack threw an exception';
    return { outcome: 'fail', line, explanation, expected: 'no exception', actual, ...this.#base() };
  }

  async #event(event: ScriptEvent): Promise<void> {
    const state = this.#state;
    if (event.kind === 'syscall') await this.#calls.finish();
    state.line = event.line;
    const moment = resolveTime(event, this.#last, state.now());
    const outbound = event.kind === 'packet' && event.packet.direction === 'outbound';
    if (!outbound && event.time.kind !== 'any') {
      await state.advance(moment.us);
      state.checkTime('this', event.time, moment, state.now());
    }
    switch (event.kind) {
      case 'packet':
        await this.#lenient(state.config.nonFatalPackets, () =>
          outbound ? this.#packets.expect(event, moment) : this.#packets.inject(event),
        );
        break;
      case 'syscall':
        await this.#lenient(state.config.nonFatalSyscalls, () => this.#calls.call(event, moment));
        break;
      case 'code':
        this.#runCode(event);
        break;
      case 'command':
        await this.#command(event.command);
    }
    this.#last = { event, moment };
  }

  /** `--non_fatal`: a mismatch is only noted. */
  async #lenient(lenient: boolean, act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (e) {
      if (!lenient || !(e instanceof Mismatch)) throw e;
      const { line, notes } = this.#state;
      notes.push(`line ${line}: ${e.message}: expected ${e.expected}, actual ${e.actual}`);
    }
  }

  // Code and commands.

  #runCode(event: CodeEvent): void {
    const info = this.#calls.infoFd < 0 ? null : this.#state.target.tcpInfo(this.#calls.infoFd);
    if (info !== null) this.#code.setAll(Object.entries(info));
    let outcome: ReturnType<CodeContext['run']>;
    try {
      outcome = this.#code.run(event.text, this.#script.file, event.textLine);
    } catch (e) {
      if (e instanceof ScriptError) throw new UnsupportedError(`code: ${e.summary}`);
      throw e;
    }
    for (const line of outcome.output) this.#state.notes.push(`line ${event.line}: ${line}`);
    if (outcome.ok) return;
    this.#state.line = outcome.line;
    const missing = /^NameError: name '(\w+)' is not defined/.exec(outcome.message);
    if (missing !== null) throw new UnsupportedError(`the variable ${missing[1]}`);
    const actual = outcome.message === '' ? this.#values(outcome.text) : outcome.message;
    throw new Mismatch(
      outcome.kind === 'assertion' ? 'an assertion does not hold' : 'code failed',
      outcome.text,
      actual,
    );
  }

  /** The variables of an assertion with their values. */
  #values(text: string): string {
    const names = new Set(text.match(/\b[a-z_]\w*\b/gi) ?? []);
    const known = [...names].filter((n) => this.#code.get(n) !== undefined);
    return known.map((n) => `${n} = ${String(this.#code.get(n))}`).join(', ');
  }

  async #command(command: Command): Promise<void> {
    if (this.#state.line === 0) this.#state.line = command.line;
    const { text } = command;
    const actions = this.#state.target.shell?.(text) ?? shellActions(text);
    for (const action of actions) await this.#shell(action);
  }

  /** What nstat shows: the counters that have moved. One that the stack does not have is not judged. */
  #judgeCounters(patterns: readonly string[], command: string): void {
    const counters = this.#state.target.counters?.() ?? new Map<string, number>();
    if (!patterns.every((text) => !/^[A-Z]\w+$/.test(text) || counters.has(text))) {
      this.#state.notJudged.push(command);
      return;
    }
    const lines = [...counters]
      .map(([name, value]) => [name, value - (this.#counted.get(name) ?? 0)] as const)
      .filter(([, moved]) => moved !== 0)
      .map(([name, moved]) => counterLine(name, moved));
    if (lines.some((line) => patterns.every((text) => line.includes(text)))) return;
    const named = lines.filter((line) => line.includes(patterns[0] ?? ''));
    throw new Mismatch('no such counter of nstat', patterns.join(' and '), named.join(', '));
  }

  async #shell(action: ShellAction): Promise<void> {
    switch (action.kind) {
      case 'nothing':
        return;
      case 'note':
        this.#state.notes.push(action.text);
        return;
      case 'counters-from-now':
        this.#counted = this.#state.target.counters?.() ?? new Map();
        return;
      case 'counters':
        this.#judgeCounters(action.patterns, action.command);
        if (!action.keeps) this.#counted = this.#state.target.counters?.() ?? new Map();
        return;
      case 'sockets': {
        const lines = this.#state.target.socketLines?.();
        if (lines === undefined) throw new UnsupportedError('the table of sockets');
        if (lines.some((line) => action.patterns.every((text) => line.includes(text)))) return;
        throw new Mismatch('no such socket', action.patterns.join(' and '), lines.join(', '));
      }
      case 'mtu': {
        const { setMtu } = this.#state.target;
        if (setMtu === undefined) throw new UnsupportedError('the MTU of the device');
        const refused = setMtu.call(this.#state.target, action.mtu);
        if (refused !== null) throw new UnsupportedError(refused);
        return;
      }
      case 'unsupported':
        throw new UnsupportedError(action.reason);
      case 'file':
        try {
          this.#state.target.syscalls.store(action.path, action.size);
        } catch (e) {
          throw new UnsupportedError(`the file ${action.path}: ${(e as Error).message}`);
        }
        return;
      case 'sleep':
        await this.#state.advance(this.#state.now() + action.us);
        return;
      case 'set':
        this.#configure(action.settings, action.optional);
        return;
      case 'steps':
        if (this.#state.target.choose === undefined) throw new UnsupportedError('sysctls that choose steps');
        this.#state.target.choose(action.steps);
        if (action.settings !== undefined) this.#configure(action.settings, false);
        return;
      case 'host': {
        if (this.#state.target.configureHost === undefined)
          throw new UnsupportedError('settings of the host');
        const refused = this.#state.target.configureHost(action.settings);
        if (refused !== null) throw new UnsupportedError(refused);
        return;
      }
      case 'drop':
        if (this.#state.target.drop === undefined) throw new UnsupportedError('tcpdrop');
        this.#state.target.drop(action.state);
        return;
      case 'count': {
        const n = this.#state.target.countInState(action.state);
        if (n === null) throw new UnsupportedError(`counting connections in ${action.state}`);
        if (n !== action.count) {
          throw new Mismatch(`connections in ${action.state}`, String(action.count), String(n));
        }
      }
    }
  }

  #configure(settings: Partial<TcpConfig>, optional: boolean): void {
    const refused = this.#state.target.configure(settings);
    if (refused === null) return;
    if (!optional) throw new UnsupportedError(refused);
    this.#state.notes.push(`defaults.sh: ${refused}`);
  }
}
