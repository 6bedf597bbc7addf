// Pages that are loaded when somebody goes there: their script is text in the page until then.

import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

/** A page that `load` brings; until then nothing. */
export function lazy(load: () => Promise<ComponentType>): ComponentType {
  const loaded = signal<{ readonly Page: ComponentType } | null>(null);
  let asked = false;
  return function Lazy() {
    if (!asked) {
      asked = true;
      void load().then((Page) => {
        loaded.value = { Page };
      });
    }
    if (loaded.value === null) return <main class="reading" id="ladder" tabIndex={-1} aria-busy="true" />;
    const { Page } = loaded.value;
    return <Page />;
  };
}
