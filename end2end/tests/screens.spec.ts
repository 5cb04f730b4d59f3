// Every screen, light and dark: a picture, axe, and the tree that assistive technology sees.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '../support/fixtures';
import { audit, paint } from '../support/axe';
import { SCREENS } from '../support/screens';

const folder = resolve(__dirname, '..', process.env.CONNECT_DOCS_SCREENS === '1' ? '../docs/screens' : 'test-results/screens');

for (const [name, { reach, treeless, whole }] of Object.entries(SCREENS)) {
  test(name, async ({ modal, page, problems, start, user, utility }) => {
    mkdirSync(folder, { recursive: true });
    const shoot = async (suffix: '' | '-dark') => {
      await paint(page, suffix ? 'dark' : 'light');
      await page.screenshot({ path: join(folder, `${name}-${page.viewportSize()!.width}${suffix}.png`), fullPage: whole });
    };
    await reach({ modal, page, problems, start, user, utility });
    await shoot('');
    expect.soft(await audit(page), 'axe, light').toEqual([]);
    if (!treeless) await expect.soft(whole ? page.locator('body') : modal.sheet).toMatchAriaSnapshot({ name: `${name}.yml` });

    await shoot('-dark');
    expect.soft(await audit(page), 'axe, dark').toEqual([]);
    if (!whole) return;
    for (const width of [page.viewportSize()!.width, 320]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing scrolls sideways').toBeLessThanOrEqual(width);
    }
  });
}

test('dark mode is dark', async ({ modal, page, start }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await start();
  await expect(modal.sheet).toHaveCSS('background-color', 'rgb(19, 29, 38)');
  // So are boxes, lists and scroll bars, which the browser draws.
  await expect(modal.sheet).toHaveCSS('color-scheme', 'dark');
});
