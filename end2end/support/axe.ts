// Accessibility by axe: WCAG 2.0 to 2.2, levels A and AA, in the page and in the frame.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

export const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** What axe finds wrong, one line per element; empty is good. */
export async function audit(page: Page): Promise<string[]> {
  const { violations, incomplete } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const lines = (results: typeof violations, what: string) =>
    results.flatMap((rule) => rule.nodes.map((node) => `${what} ${rule.id}: ${node.target.flat().join(' > ')}: ${node.failureSummary ?? ''}`));
  // Contrast that axe cannot compute must not hide in the frame. It cannot be computed in the page
  // around it, over which the modal lies, and inside the ring that turns around a utility's tile; the
  // tile itself is measured on every other screen.
  const justified = ({ target, html }: (typeof incomplete)[number]['nodes'][number]) => target.length === 1 || html.includes('class="monogram"');
  const unclear = incomplete
    .filter((rule) => rule.id === 'color-contrast')
    .map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !justified(node)) }));
  return [...lines(violations, 'violates'), ...lines(unclear, 'cannot tell')];
}

/** The colors are these, and nothing fades any more. Runs in the page. */
export const isSettled = (scheme: string) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches && document.getAnimations().every((a) => a.timeline !== document.timeline || a.playState === 'finished' || a.effect?.getTiming().iterations === Infinity);
