// Accessibility by axe: WCAG 2.0 to 2.2, levels A and AA, in the page and in the frame.
import type { Frame, Page } from '@playwright/test';
import axe from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** Hands axe to a document, for `examine`. Not by way of its builder for Playwright, which takes four times as long. */
export const prepare = (page: Page | Frame) => page.evaluate(axe.source);

/** What axe finds in a document without the frames in it, and what it cannot decide. */
export function examine(page: Page | Frame) {
  return page.evaluate(async (tags) => {
    const only = { runOnly: tags, resultTypes: ['violations' as const, 'incomplete' as const], preload: false, iframes: false };
    const { violations, incomplete } = await (window as unknown as { axe: typeof axe }).axe.run(document, only);
    const brief = (results: typeof violations) =>
      results.flatMap(({ id, nodes }) => nodes.map((node) => ({ id, html: node.html.slice(0, 200), summary: node.failureSummary ?? '' })));
    return { violations: brief(violations), incomplete: brief(incomplete) };
  }, TAGS);
}

/** Nothing fades any more: colours on their way have too little contrast. Runs in the page. */
const isStill = () => document.getAnimations().every((a) => a.timeline !== document.timeline || a.playState === 'finished' || a.effect?.getTiming().iterations === Infinity);

/** Has a page and its frames drawn in this scheme, and waits until they are. */
export async function paint(page: Page, colorScheme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme });
  for (const frame of page.frames()) {
    await frame.waitForFunction((scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches, colorScheme);
    await frame.waitForFunction(isStill);
  }
}

/** What axe finds wrong in the page and in each frame that is seen, one line per element; empty is good. */
export async function audit(page: Page): Promise<string[]> {
  // What axe cannot decide must not hide. It cannot compute the contrast in a page over which the modal lies, and inside
  // the ring that turns around a utility's tile; the tile itself is measured on every other screen.
  const covered = await page.locator('dialog[data-connect][open]').count() > 0;
  const lines: string[] = [];
  for (const frame of page.frames()) {
    const within = frame !== page.mainFrame();
    if (within && !(await (await frame.frameElement()).isVisible())) continue;
    await frame.waitForFunction(isStill);
    await prepare(frame);
    const { violations, incomplete } = await examine(frame);
    const unclear = incomplete.filter(({ html }) => (within || !covered) && !html.includes('class="monogram"'));
    const told = (found: typeof violations, what: string) => found.map(({ id, html, summary }) => `${what} ${id}: ${html}: ${summary}`);
    lines.push(...told(violations, 'violates'), ...told(unclear, 'cannot tell'));
  }
  return lines;
}
