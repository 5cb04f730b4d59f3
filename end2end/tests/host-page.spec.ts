// The company's page is as it was once Connect is closed.
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { connectToken } from '../support/api';
import { PLAIN } from '../support/modal';

/** Everything of the page that Connect could change, without its own dialog. */
const state = (page: Page) =>
  page.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    for (const dialog of copy.querySelectorAll('dialog[data-connect]')) dialog.remove();
    const computed = [document.documentElement, document.body].map((element) => {
      const { overflow, position, paddingRight, width, top } = getComputedStyle(element);
      return { overflow, position, paddingRight, width, top };
    });
    return { html: copy.outerHTML, computed, scroll: [scrollX, scrollY], focus: document.activeElement?.id, inline: document.body.getAttribute('style') };
  });

const ways = {
  'after an exit': async ({ modal }) => {
    await modal.close();
    await modal.ends('onExit', 'user_initiated_exit', {});
  },
  'after Escape': async ({ modal, page }) => {
    await page.keyboard.press('Escape');
    await modal.ends('onExit', 'user_initiated_exit', {});
  },
  'after exit()': async ({ modal, page }) => {
    await page.evaluate(() => window.PelmConnect.exit());
    await expect(modal.dialog).toBeHidden();
  },
  'after a success': async ({ modal }) => {
    await modal.proceed();
    await modal.signIn('good');
    await modal.linked();
    await modal.done();
  },
} satisfies Record<string, (fixtures: { modal: import('../support/modal').Modal; page: Page }) => Promise<void>>;

for (const [way, leave] of Object.entries(ways)) {
  test(`focus, scroll position, document and styles: ${way}`, async ({ modal, page, user }) => {
    await page.goto(PLAIN);
    const opener = page.getByRole('button', { name: 'Connect your utility' });
    await opener.scrollIntoViewIfNeeded();
    await opener.focus();
    await page.evaluate(() => {
      document.body.style.setProperty('overflow-x', 'hidden');
      scrollBy(0, 37);
    });
    const before = await state(page);
    expect(before.focus).toBe('connect');
    expect(before.scroll[1]).toBeGreaterThan(100);
    await page.evaluate((token) => { window.token = token; }, await connectToken(user, { utility_slug: 'pge' }));
    await page.keyboard.press('Enter');
    await modal.ready();
    expect((await state(page)).html, 'nor while it is open').toBe(before.html);
    await leave({ modal, page });
    await expect(opener).toBeFocused();
    expect(await state(page)).toEqual(before);
  });
}

test('while Connect is open the page behind it is inert', async ({ modal, page, start }) => {
  await start();
  await expect(modal.title).toBeFocused();
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('Tab');
  const focused = await page.evaluate(() => document.activeElement?.tagName);
  expect(['IFRAME', 'BODY']).toContain(focused);
  const top = await page.evaluate(() => scrollY);
  await page.mouse.move(20, 20);
  await page.mouse.wheel(0, 600);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await page.evaluate(() => scrollY)).toBe(top);
});

test('styles of the page do not reach the modal', async ({ modal, page, start }) => {
  await start();
  const [dialog, iframe] = [await modal.dialog.boundingBox(), await modal.iframe.boundingBox()];
  expect(dialog).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
  expect(iframe).toEqual(dialog);
  expect(await page.evaluate(() => getComputedStyle(document.querySelector('dialog')!).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
});

test('the frame has a title, the dialog a name', async ({ modal, start }) => {
  await start();
  await expect(modal.iframe).toHaveAttribute('title', 'Connect: link your utility');
  await expect(modal.dialog).toHaveAccessibleName('Link your utility');
  await expect(modal.frame.getByRole('dialog')).toHaveAccessibleName('Northwind Solar would like to read your energy data');
});

test('an opener that is gone, and a dialog that the page removed', async ({ modal, page, start, user }) => {
  await start();
  await page.evaluate(() => document.getElementById('connect')!.remove());
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
  await page.evaluate(() => {
    window.calls = [];
    document.querySelector('dialog')!.remove();
  });
  await page.evaluate((connectToken) => window.PelmConnect.open({ connectToken, ...window.callbacks() }), await connectToken(user));
  await modal.ready();
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});
