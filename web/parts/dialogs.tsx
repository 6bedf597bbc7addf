// What lies above the page when asked for: keys, a forged segment, a delay, exports.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { EditError, parseEdit } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import { delaySegment } from '../state/delay.ts';
import { EXPORTS, type ExportId } from '../state/export-kinds.ts';
import { KEYS } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { dialog } from '../state/panels.ts';
import { endLabel } from './lab.ts';

function close(): void {
  dialog.value = null;
}

/** A panel above the page; Esc closes it. */
function Panel({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const panel = element.current as HTMLDialogElement;
    panel.showModal();
    return () => panel.close();
  }, []);
  return (
    <dialog ref={element} onClose={close} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

function Help() {
  return (
    <Panel title={t('keysTitle')}>
      <table class="keys">
        <tbody>
          {KEYS.map(({ shown, what }) => (
            <tr key={what}>
              <th scope="row">
                {shown.split(' ').map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </th>
              <td>{t(what)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t('hint')}</p>
      <button type="button" onClick={close}>
        {t('close')}
      </button>
    </Panel>
  );
}

function Delay() {
  const id = lab.segmentId.value;
  const sent = lab.sentOf(id);
  const [ms, setMs] = useState(200);
  if (id === null || sent === null || lab.nameOf(sent) === null) {
    return (
      <Panel title={t('delayIt')}>
        <p>{sent === null ? t('noSegment') : t('notSent')}</p>
        <button type="button" onClick={close}>
          {t('close')}
        </button>
      </Panel>
    );
  }
  return (
    <Panel title={`${t('delayIt')} #${id} ${sent.segment.flags}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          close();
          delaySegment(id, ms);
        }}
      >
        <label>
          {t('delayBy')}{' '}
          <input
            type="number"
            min="1"
            max="600000"
            required
            value={ms}
            onInput={(event) => setMs(Math.round(Number(event.currentTarget.value)))}
          />
        </label>
        <p class="buttons">
          <button type="submit">{t('apply')}</button>
          <button type="button" class="quiet" onClick={close}>
            {t('cancel')}
          </button>
        </p>
      </form>
    </Panel>
  );
}

const FLAGS = ['SYN', 'ACK', 'FIN', 'RST', 'PSH', 'URG'] as const;

function Inject() {
  const trace = lab.trace.value;
  const nowMs = Math.round(((lab.event.value?.t ?? 0) / 1000) * 1000) / 1000;
  const [to, setTo] = useState<'left' | 'right'>('right');
  const [flags, setFlags] = useState<readonly string[]>(['RST']);
  const [seq, setSeq] = useState('rcv.nxt');
  const [ack, setAck] = useState('snd.nxt');
  const [length, setLength] = useState(0);
  const [at, setAt] = useState(nowMs);
  const withAck = flags.includes('ACK');
  const numbers = `seq=${seq.trim()}${withAck ? ` ack=${ack.trim()}` : ''}${length > 0 ? ` len=${length}` : ''}`;
  const other = lab.connection.value > 0 ? ` conn=${lab.connection.value}` : '';
  const text = `inject ${to} ${FLAGS.filter((flag) => flags.includes(flag)).join(',')} ${numbers}${other} ${at}ms`;
  let why: string | null = null;
  try {
    parseEdit(text);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    why = error.message;
  }
  return (
    <Panel title={t('injectTitle')}>
      <form
        class="inject"
        onSubmit={(event) => {
          event.preventDefault();
          if (why !== null) return;
          close();
          lab.addEdit(text);
        }}
      >
        <fieldset>
          <legend>{t('injectTo')}</legend>
          {(['left', 'right'] as const).map((end) => (
            <label key={end}>
              <input type="radio" name="to" value={end} checked={to === end} onChange={() => setTo(end)} />{' '}
              {endLabel(trace, end, lab.lang.value)}
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend>{t('injectFlags')}</legend>
          {FLAGS.map((flag) => (
            <label key={flag}>
              <input
                type="checkbox"
                name={flag}
                checked={flags.includes(flag)}
                onChange={() =>
                  setFlags(flags.includes(flag) ? flags.filter((one) => one !== flag) : [...flags, flag])
                }
              />{' '}
              {flag}
            </label>
          ))}
        </fieldset>
        <label>
          {t('injectSeq')}{' '}
          <input name="seq" value={seq} onInput={(event) => setSeq(event.currentTarget.value)} />
        </label>
        {withAck && (
          <label>
            {t('injectAck')}{' '}
            <input name="ack" value={ack} onInput={(event) => setAck(event.currentTarget.value)} />
          </label>
        )}
        <label>
          {t('injectLength')}{' '}
          <input
            name="length"
            type="number"
            min="0"
            max="65535"
            value={length}
            onInput={(event) => setLength(Number(event.currentTarget.value))}
          />
        </label>
        <label>
          {t('injectAt')}{' '}
          <input
            name="at"
            type="number"
            min="0"
            step="any"
            value={at}
            onInput={(event) => setAt(Number(event.currentTarget.value))}
          />
        </label>
        <p class="quiet-text">{t('injectHelp')}</p>
        <p>
          <code>{text}</code>
        </p>
        {why !== null && (
          <p class="bad" role="alert">
            {why}
          </p>
        )}
        <p class="buttons">
          <button type="submit" disabled={why !== null}>
            {t('injectGo')}
          </button>
          <button type="button" class="quiet" onClick={close}>
            {t('cancel')}
          </button>
        </p>
      </form>
    </Panel>
  );
}

/** Saves the run: what makes files is loaded now. */
async function saveAs(id: ExportId): Promise<void> {
  const { save } = await import('../state/exports.ts');
  await save(id);
}

function Export() {
  return (
    <Panel title={t('export')}>
      <ul class="exports">
        {EXPORTS.map(({ id, label }) => (
          <li key={id}>
            <button type="button" data-export={id} onClick={() => void saveAs(id)}>
              {label}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="quiet" onClick={close}>
        {t('close')}
      </button>
    </Panel>
  );
}

/** The panel that is open, if one is. */
export function Dialogs() {
  switch (dialog.value) {
    case 'help':
      return <Help />;
    case 'delay':
      return <Delay />;
    case 'inject':
      return <Inject />;
    case 'export':
      return <Export />;
    default:
      return null;
  }
}
