// Every state of the modal in every language, light and dark, as /design shows them: accessible, whole, and nothing that
// sticks out, also at 320 pixels.
import { join, resolve } from 'node:path';
import { expect, test } from '../support/fixtures';
import { CONNECT } from '../support/api';
import { examine, paint, prepare } from '../support/axe';

const LANGUAGES = ['en', 'es', 'fr-CA', 'zh-Hans', 'vi', 'ar'];
/** Those of which docs/SCREENS.md has pictures in every language. */
const SHOWN = ['welcome', 'credentials-wrong', 'method', 'linked'];
const PICTURES = resolve(__dirname, '../../docs/screens');

/** What stands out of the window at 320 pixels. Runs in the page. */
function sticksOut() {
  const wide = [...document.querySelectorAll('.sheet *')].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && !element.closest('.visually-hidden') && (left < -0.5 || right > innerWidth + 0.5);
  });
  return wide.map((element) => element.outerHTML.slice(0, 100));
}

// Within the ring that turns around a utility's tile, and on a question that lies over the screen, axe cannot tell what is
// below: the tile, and the question's colours on the same ground, are measured on other screens.
const UNCLEAR = /class="monogram"|id="leave-(title|text)"/;

for (const language of LANGUAGES) {
  test(`every state in ${language}, light and dark`, async ({ page }) => {
    test.setTimeout(300_000);
    const size = page.viewportSize()!;
    await page.goto(`${CONNECT}/design`);
    const names = await page.locator('.states h2').allTextContents();
    expect(names.length).toBeGreaterThan(50);
    const found: string[] = [];
    for (const name of names) {
      await page.goto(`${CONNECT}/design/${name}?language=${language}`);
      await expect(page.locator('h1').first()).toBeVisible();
      await prepare(page);
      for (const colorScheme of ['dark', 'light'] as const) {
        await paint(page, colorScheme);
        const { violations, incomplete } = await examine(page);
        // A page of text that is longer than the window is made reachable by keys in the frame's script, which does not
        // run here.
        const wrong = violations.filter(({ id }) => id !== 'scrollable-region-focusable');
        const unclear = incomplete.filter(({ html }) => !UNCLEAR.test(html));
        for (const { id, html } of [...wrong, ...unclear]) found.push(`${name}, ${colorScheme}: ${id}: ${html}`);
      }
      if (process.env.CONNECT_DOCS_SCREENS === '1') {
        const path = language === 'en' ? join('states', `${name}-${size.width}`) : `${name}-${language}`;
        const shown = language === 'en' || (size.width < 400 && SHOWN.includes(name));
        if (shown) await page.screenshot({ path: join(PICTURES, `${path}.png`), fullPage: name === 'components' });
      }
      if (size.width > 400) continue;
      await page.setViewportSize({ width: 320, height: size.height });
      const [out] = await page.evaluate(sticksOut);
      if (out) found.push(`${name}: sticks out at 320 pixels: ${out}`);
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
