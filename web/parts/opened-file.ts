// The file that `synfin lab FILE` was given: its server has it beside the page, and the address has its name.

import { t } from '../messages.ts';
import { trouble } from '../state/lab.ts';
import { takeFile } from './file-drop.ts';

/** Opens the file that a query names: `?file=packets.pcapng`. Loaded where there is a query. */
export async function openNamed(query: string): Promise<void> {
  const name = new URLSearchParams(query).get('file');
  if (name === null) return;
  try {
    const response = await fetch(`opened/${encodeURIComponent(name)}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    await takeFile(new File([await response.blob()], name));
  } catch (error) {
    trouble.value = t('badFile', { name, why: (error as Error).message });
  }
}
