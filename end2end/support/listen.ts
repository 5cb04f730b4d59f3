// What a screen reader would be told while the page changes: where the focus goes, and what is announced by itself.
// Runs in the page, so it must not use anything from outside its function.

/** Something to be spoken: a text, or an element of which the browser's own tree has the words. */
export type Heard = { kind: 'focus' | 'option'; element: Element } | { kind: 'alert' | 'status' | 'silent' | 'state'; text: string };

declare global {
  interface Window {
    heard: Heard[];
    /** Being read by the test. */
    taken: Heard[];
  }
}

export function listen() {
  window.heard = [];
  const REGIONS = '[role="alert"], [role="status"], [role="log"], [aria-live="polite"], [aria-live="assertive"]';
  const known = new Map<Element, string>();

  /** Its words, or nothing as long as it is not in the tree. */
  const words = (region: HTMLElement) =>
    region.checkVisibility({ visibilityProperty: true }) && !region.closest('[inert], [aria-hidden="true"]')
      ? region.innerText.replace(/\s+/g, ' ').trim()
      : undefined;

  /** What has changed since last time is announced, each region as a whole: alert and status are atomic. */
  const announce = (quiet: boolean) => {
    const present = new Set<Element>();
    for (const region of document.querySelectorAll<HTMLElement>(REGIONS)) {
      const text = words(region);
      if (text === undefined) continue;
      present.add(region);
      const before = known.get(region);
      known.set(region, text);
      if (quiet || text === '' || text === before) continue;
      const assertive = region.matches('[role="alert"], [aria-live="assertive"]');
      // A status must be there before its words are: those that come with it are not announced everywhere.
      const kind = assertive ? 'alert' : before === undefined ? 'silent' : 'status';
      window.heard.push({ kind, text });
    }
    for (const region of known.keys()) if (!present.has(region)) known.delete(region);
  };

  const STATES: Record<string, Record<string, string>> = {
    'aria-busy': { true: 'busy' },
    'aria-expanded': { true: 'expanded', false: 'collapsed' },
    'aria-pressed': { true: 'pressed', false: 'not pressed' },
  };
  const changed = ({ attributeName, oldValue, target }: MutationRecord) => {
    const element = target as Element;
    const value = attributeName && element.getAttribute(attributeName);
    if (!attributeName || element !== document.activeElement || value === oldValue) return;
    if (attributeName === 'aria-activedescendant') {
      const option = value ? document.getElementById(value) : null;
      if (option) window.heard.push({ kind: 'option', element: option });
    } else {
      const text = STATES[attributeName]?.[value ?? ''];
      if (text) window.heard.push({ kind: 'state', text });
    }
  };

  document.addEventListener('focusin', ({ target }) => window.heard.push({ kind: 'focus', element: target as Element }));
  document.addEventListener('DOMContentLoaded', () => {
    announce(true);
    new MutationObserver((records) => {
      for (const record of records) if (record.type === 'attributes') changed(record);
      announce(false);
    }).observe(document, { attributes: true, attributeOldValue: true, characterData: true, childList: true, subtree: true });
  });
}
