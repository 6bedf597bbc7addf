// Two segments side by side: which fields of their headers are not the same.

import { say, t } from '../messages.ts';
import { toggleCompare } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { fieldsOf, fieldValue, leaves } from './bytes-view.tsx';

/** The comparison of the marked segment with the one that is looked at. */
export function DiffView() {
  const [a, b] = [lab.sentOf(lab.compared.value), lab.sentOf(lab.segmentId.value)];
  if (a === null) {
    return (
      <p class="quiet-text">
        {lab.segmentId.value === null ? t('noSegment') : t('diffStart', { id: lab.segmentId.value })}{' '}
        <button type="button" onClick={toggleCompare}>
          {t('compareWith')} <kbd>x</kbd>
        </button>
      </p>
    );
  }
  if (b === null || a.id === b.id) return <p class="quiet-text">{t('chooseSecond')}</p>;
  const [left, right] = [leaves(fieldsOf(a)), leaves(fieldsOf(b))];
  const ids = [...new Set([...left, ...right].map(({ info }) => info.id))];
  const rows = ids.map((id) => {
    const [one, other] = [left.find(({ info }) => info.id === id), right.find(({ info }) => info.id === id)];
    return {
      id,
      name: (one ?? other)?.info.name,
      one: one === undefined ? '—' : fieldValue(one),
      other: other === undefined ? '—' : fieldValue(other),
    };
  });
  const different = rows.filter(({ one, other }) => one !== other);
  return (
    <div class="diff">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('field')}</th>
            <th scope="col">
              #{a.id} {a.segment.flags}
            </th>
            <th scope="col">
              #{b.id} {b.segment.flags}
            </th>
          </tr>
        </thead>
        <tbody>
          {(different.length === 0 ? rows : different).map(({ id, name, one, other }) => (
            <tr key={id}>
              <th scope="row">{name === undefined ? id : say(name)}</th>
              <td>{one}</td>
              <td>{other}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {different.length === 0 && <p>{t('same')}</p>}
      <button type="button" class="quiet" onClick={toggleCompare}>
        {t('close')} <kbd>x</kbd>
      </button>
    </div>
  );
}
