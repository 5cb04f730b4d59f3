// Every screen of the modal as customers set it for themselves: 400 % zoom, more room between letters and lines, few
// colours, no motion; and whether its targets are large enough to hit. One visit looks at all of it.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Frame, Locator, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { cut, flat, focused, moving, sideways, small, spaceOut } from '../support/measures';
import { SCREENS } from '../support/screens';

const PICTURES = resolve(__dirname, '../test-results/adapting');
/** The failure to load is the page's own dialog, without a frame: tests/loader.spec.ts. */
const MODAL = Object.entries(SCREENS).filter(([name, { whole }]) => !whole && name !== 'not-loaded');
/** 1280 by 1024 at 400 %, and the lowest window in which the foot of a sheet stays. */
const LOW = { width: 320, height: 256 };
const NARROW = { width: 320, height: 481 };

/** Goes through the screen by Tab, once round, in both directions. What gets the focus and is not seen. */
async function hidden(page: Page, frame: Frame): Promise<string[]> {
  const wrong = new Set<string>();
  for (const key of ['Tab', 'Shift+Tab']) {
    const seen = new Map<string, number>();
    for (let i = 0; i < 30 && Math.max(0, ...seen.values()) < 2; i += 1) {
      await page.keyboard.press(key);
      const at = await frame.evaluate(focused);
      if (at.name) seen.set(at.name, (seen.get(at.name) ?? 0) + 1);
      if (at.wrong) wrong.add(`${key}: ${at.wrong}`);
    }
    expect(seen.size, `${key} reaches controls`).toBeGreaterThan(0);
  }
  return [...wrong];
}

async function resize(page: Page, frame: Frame, size: { width: number; height: number }) {
  await page.setViewportSize(size);
  await frame.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, size);
  // Rules for a size hold from the next picture on; a Tab before it would scroll to where the control was.
  await frame.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }));
}

test('a keyboard on the screen covers neither the field nor the way on', async ({ modal, page, start }) => {
  const height = 740;
  await page.setViewportSize({ width: 360, height });
  // As on a phone: what is seen becomes smaller, the page does not.
  await page.addInitScript((high) => {
    Object.defineProperty(window, 'visualViewport', { value: Object.assign(new EventTarget(), { height: high, offsetTop: 0, scale: 1 }) });
  }, height);
  const leave = (high: number, offsetTop: number, scale = 1) => page.evaluate((values) => {
    Object.assign(window.visualViewport!, values).dispatchEvent(new Event('resize'));
  }, { height: high, offsetTop, scale });
  const place = () => modal.dialog.evaluate((dialog) => { const { top, bottom } = dialog.getBoundingClientRect(); return [top, bottom]; });
  await start('pge');
  await modal.proceed();
  await modal.signIn('bad_password');
  await expect(modal.password).toBeFocused();

  await leave(330, 60);
  await expect.poll(place).toEqual([60, 390]);
  const bottom = async (control: Locator) => {
    const { y, height: high } = (await control.boundingBox())!;
    return y + high;
  };
  await expect.poll(() => bottom(modal.password), 'the field is above the keyboard').toBeLessThanOrEqual(390);
  await modal.button('Sign in').scrollIntoViewIfNeeded();
  expect(await bottom(modal.button('Sign in')), 'so is the button').toBeLessThanOrEqual(390);
  await page.screenshot({ path: join(PICTURES, 'keyboard.png') });

  await leave(height, 0);
  await expect.poll(place).toEqual([0, height]);
  // Enlarged with two fingers: what is seen is a part of the modal, on purpose.
  await leave(330, 60, 2);
  expect(await place()).toEqual([0, height]);
});

for (const [name, { reach }] of MODAL) {
  test(name, async ({ modal, page, problems, start, user, utility }) => {
    mkdirSync(PICTURES, { recursive: true });
    const shoot = (way: string) => page.screenshot({ path: join(PICTURES, `${name}-${way}.png`) });
    await reach({ modal, page, problems, start, user, utility });
    const frame = modal.document();

    await expect.poll(() => frame.evaluate(moving), 'nothing moves').toEqual([]);
    expect.soft(await frame.evaluate(small), 'targets').toEqual([]);

    await page.emulateMedia({ forcedColors: 'active' });
    await expect.poll(() => frame.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    expect.soft(await frame.evaluate(flat), 'few colours').toEqual([]);
    expect.soft(await hidden(page, frame), 'the focus, in few colours').toEqual([]);
    await shoot('forced');
    await page.emulateMedia({ forcedColors: 'none' });

    for (const size of [NARROW, LOW]) {
      await resize(page, frame, size);
      const at = `${size.width} by ${size.height}`;
      expect.soft(await frame.evaluate(sideways), `${at}: sideways`).toEqual([]);
      expect.soft(await frame.evaluate(small), `${at}: targets`).toEqual([]);
      expect.soft(await hidden(page, frame), `${at}: the focus`).toEqual([]);
      await shoot(`${size.width}x${size.height}`);
    }

    await frame.evaluate(spaceOut);
    for (const size of [LOW, { width: 1280, height: 800 }]) {
      await resize(page, frame, size);
      const at = `spaced out, ${size.width} by ${size.height}`;
      expect.soft(await frame.evaluate(cut), `${at}: cut`).toEqual([]);
      expect.soft(await frame.evaluate(sideways), `${at}: sideways`).toEqual([]);
      await shoot(`spaced-${size.width}`);
    }
    expect.soft(await hidden(page, frame), 'spaced out: the focus').toEqual([]);
  });
}
