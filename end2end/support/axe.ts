// Accessibility by axe: WCAG 2.0 to 2.2, levels A and AA, in the page and in the frame.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import axe from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** What axe finds wrong, one line per element; empty is good. */
export async function audit(page: Page): Promise<string[]> {
  const { violations, incomplete } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const lines = (results: typeof violations, what: string) =>
    results.flatMap((rule) => rule.nodes.map((node) => `${what} ${rule.id}: ${node.target.flat().join(' > ')}: ${node.failureSummary ?? ''}`));
  // What axe cannot decide must not hide. It cannot compute the contrast in a page over which the modal lies, and inside
  // the ring that turns around a utility's tile; the tile itself is measured on every other screen.
  const covered = await page.locator('dialog[data-connect][open]').count() > 0;
  const justified = ({ target, html }: (typeof incomplete)[number]['nodes'][number]) => (covered && target.length === 1) || html.includes('class="monogram"');
  const unclear = incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !justified(node)) }));
  return [...lines(violations, 'violates'), ...lines(unclear, 'cannot tell')];
}

/** Hands axe to a document, for `examine`. */
export const prepare = (page: Page) => page.evaluate(axe.source);

/** What axe finds in a document without frames, and what it cannot decide. Four times as fast as the builder, which knows frames. */
export function examine(page: Page) {
  return page.evaluate(async (tags) => {
    const only = { runOnly: tags, resultTypes: ['violations' as const, 'incomplete' as const], preload: false };
    const { violations, incomplete } = await (window as unknown as { axe: typeof axe }).axe.run(document, only);
    const brief = (results: typeof violations) => results.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html.slice(0, 200)) }));
    return { violations: brief(violations), incomplete: brief(incomplete) };
  }, TAGS);
}

/** The colors are these, and nothing fades any more. Runs in the page. */
export const isSettled = (scheme: string) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches && document.getAnimations().every((a) => a.timeline !== document.timeline || a.playState === 'finished' || a.effect?.getTiming().iterations === Infinity);
