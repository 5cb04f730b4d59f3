// Every state of the modal in every language, light and dark, as /design shows them: accessible, whole, and nothing that
// sticks out, also at 320 pixels.
import { join, resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../support/fixtures';
import { CONNECT } from '../support/api';
import { TAGS, isSettled } from '../support/axe';

const LANGUAGES = ['en', 'es', 'fr-CA', 'zh-Hans', 'vi', 'ar'];
// Colours do not depend on the language, nor does what a wide window changes: those are looked at in English (see the
// project `desktop`), and all of it with CONNECT_E2E_ALL=1.
/** Those of which docs/SCREENS.md has pictures. */
const SHOWN = ['welcome', 'credentials-wrong', 'method', 'linked'];
const PICTURES = resolve(__dirname, '../../docs/screens');
const ALL = process.env.CONNECT_E2E_ALL === '1';

const looks = LANGUAGES.flatMap((language) => {
  const schemes = ALL || language === 'en' ? (['light', 'dark'] as const) : (['light'] as const);
  return schemes.map((colorScheme) => ({ language, colorScheme }));
});

for (const { language, colorScheme } of looks) {
  test(`every state in ${language}, ${colorScheme}`, async ({ page }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme });
    await page.goto(`${CONNECT}/design`);
    const names = await page.locator('.states h2').allTextContents();
    expect(names.length).toBeGreaterThan(50);
    const found: string[] = [];
    for (const name of names) {
      await page.goto(`${CONNECT}/design/${name}?language=${language}`);
      await expect(page.locator('h1').first()).toBeVisible();
      if (process.env.CONNECT_DOCS_SCREENS === '1' && language !== 'en' && SHOWN.includes(name)) {
        await page.screenshot({ path: join(PICTURES, `${name}-${language}.png`) });
      }
      await page.waitForFunction(isSettled, colorScheme);
      const axe = new AxeBuilder({ page }).withTags(TAGS);
      // By far the slowest rule: what it finds is found in English.
      if (!ALL && language !== 'en') axe.disableRules('color-contrast');
      const { violations, incomplete } = await axe.analyze();
      // Within the ring that turns around a utility's tile, and on a question that lies over the screen, axe cannot tell
      // what is below: the tile, and the question's colours on the same ground, are measured on other screens. A page
      // of text that is longer than the window is made reachable by keys in the frame's script, which does not run here.
      const told = /class="monogram"|id="leave-(title|text)"/;
      const undecided = incomplete.filter(({ id, nodes }) => id === 'color-contrast' && nodes.some(({ html }) => !told.test(html)));
      const rules = violations.filter(({ id }) => id !== 'scrollable-region-focusable');
      for (const { id, nodes } of [...rules, ...undecided]) found.push(`${name}, ${colorScheme}: ${id}: ${nodes[0]!.html.slice(0, 120)}`);
      const size = page.viewportSize()!;
      if (size.width > 400) continue;
      await page.setViewportSize({ width: 320, height: size.height });
      const out = await page.evaluate(() => {
        const wide = [...document.querySelectorAll('.sheet *')].filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 0 && !element.closest('.visually-hidden') && (left < -0.5 || right > innerWidth + 0.5);
        });
        return wide.map((element) => element.outerHTML.slice(0, 100));
      });
      if (out.length) found.push(`${name}: sticks out at 320 pixels: ${out[0]}`);
      await page.setViewportSize(size);
    }
    expect(found).toEqual([]);
  });
}

test('a theme is tried out before it is set', async ({ page }) => {
  await page.goto(`${CONNECT}/design`);
  await page.getByLabel('Brand').fill('#ffd400');
  await page.getByLabel('Radius').fill('0');
  await page.getByLabel('Scheme').selectOption('dark');
  await page.getByLabel('Language').selectOption('ar');
  await page.getByRole('button', { name: 'Show' }).click();
  const button = page.frameLocator('iframe[title="welcome"]').locator('.primary');
  // Always dark, whatever the device is.
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(button).toHaveCSS('background-color', 'rgb(255, 212, 0)');
  }
  await expect(button).toHaveCSS('border-radius', '0px');
  await expect(page.frameLocator('iframe[title="welcome"]').locator('html')).toHaveAttribute('dir', 'rtl');
});
