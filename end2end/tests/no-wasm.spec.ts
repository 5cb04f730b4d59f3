// The modal where WebAssembly does not start: the same screens as documents in the same frame, the same outcomes.
import type { BrowserContext } from '@playwright/test';
import { accounts, connectToken, exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { CHEROKEE, type Modal, PGE, PLAIN } from '../support/modal';

test.beforeEach(async ({ problems }) => {
  problems.expect(/without WebAssembly/, /connect\.(wasm|js)/, /Failed to load resource/);
});

/** Ways in which the app does not come. */
const WAYS: Record<string, (context: BrowserContext) => Promise<unknown>> = {
  'the WASM is not loaded': (context) => context.route('**/pkg/*.wasm', (route) => route.abort()),
  'WebAssembly is switched off': (context) => context.addInitScript(() => { delete (globalThis as { WebAssembly?: unknown }).WebAssembly; }),
  'the start script is not loaded': (context) => context.route('**/start.js', (route) => route.abort()),
  'modules are not known': (context) => context.addInitScript(() => { delete (HTMLScriptElement.prototype as { noModule?: unknown }).noModule; }),
};

declare global {
  interface Window {
    greet?(): void;
  }
}

async function open(modal: Modal, token: string) {
  await modal.page.goto(PLAIN);
  await modal.page.evaluate((value) => { window.token = value; }, token);
  await modal.page.getByRole('button', { name: 'Connect your utility' }).click();
  await expect(modal.frame.locator('html')).toHaveAttribute('data-plain', '');
}

async function search(modal: Modal, utility: string) {
  await modal.at('Who sends your energy bill?');
  await modal.frame.getByRole('searchbox').fill(utility);
  await modal.button('Search').click();
  await modal.button(new RegExp(utility)).click();
  await modal.at(`Sign in to ${utility}`);
}

for (const [what, prevent] of Object.entries(WAYS)) {
  test(`${what}: linked all the same`, async ({ axe, context, modal, page, user }) => {
    await prevent(context);
    await open(modal, await connectToken(user));
    await modal.at(/^Northwind Solar/);
    await expect(modal.title).toBeFocused();
    await modal.proceed();
    await search(modal, PGE);
    await expect(modal.title).toBeFocused();
    await axe();
    await modal.signIn('mfa_sms', 'wrong');
    await expect(modal.alert).toContainText('did not accept this login');
    await expect(modal.password).toBeFocused();
    await modal.signIn('mfa_sms');
    await modal.at(`Enter the code from ${PGE}`);
    await modal.verify('123456');
    await modal.linked();
    expect(await accounts(await exchange(await modal.done()))).not.toEqual([]);
    expect(page.frames().every((frame) => !/cnt_|password|mfa_sms/.test(frame.url())), 'nothing typed is in an address').toBe(true);
  });
}

test('leaving, and opening again', async ({ context, modal, page, user }) => {
  await WAYS['the WASM is not loaded']!(context);
  const token = await connectToken(user);
  await open(modal, token);
  await modal.proceed();
  await search(modal, CHEROKEE);
  await modal.type('someone', 'something');
  // What was typed is not lost by a key.
  await page.keyboard.press('Escape');
  await expect(modal.username).toHaveValue('someone');
  await modal.password.press('Enter');
  await modal.at(`We cannot link ${CHEROKEE} yet`);
  await modal.close();
  await modal.ends('onExit', 'unavailable_utility_credentials_submitted', { utility_id: '8', utility_name: CHEROKEE });
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.at('Who sends your energy bill?');
  await page.keyboard.press('Escape');
  await expect.poll(() => modal.outcomes()).toHaveLength(2);
  expect((await modal.outcomes())[1]).toEqual(['onExit', 'user_initiated_exit', {}]);
  await expect(page.getByRole('button', { name: 'Connect your utility' })).toBeFocused();
});

/** Keeps the hellos of all documents but the first back, as on a slow phone, until `window.greet()`. */
async function greetLate(context: BrowserContext) {
  await context.addInitScript(() => {
    if (window !== window.top) return;
    const late: (() => void)[] = [];
    let hellos = 0;
    let held = true;
    const add = window.addEventListener.bind(window) as (type: string, listener: (event: MessageEvent) => void) => void;
    window.addEventListener = ((type: string, listener: (event: MessageEvent) => void) => {
      if (type !== 'message') return add(type, listener);
      add(type, (event) => {
        if (event.data?.type === 'hello' && (hellos += 1) > 1 && held) late.push(() => listener(event));
        else listener(event);
      });
    }) as typeof window.addEventListener;
    window.greet = () => {
      held = false;
      late.splice(0).forEach((greet) => greet());
    };
  });
}

/** Ways to leave. */
const LEAVE: Record<string, (modal: Modal) => Promise<void>> = {
  Escape: (modal) => modal.page.keyboard.press('Escape'),
  Close: (modal) => modal.close(),
};

for (const [what, leave] of Object.entries(LEAVE)) {
  test(`${what} before the document is greeted closes it all the same`, async ({ context, modal, page, user }) => {
    await WAYS['the WASM is not loaded']!(context);
    await greetLate(context);
    await open(modal, await connectToken(user));
    await modal.at(/^Northwind Solar/);
    await expect(modal.title).toBeFocused();
    await leave(modal);
    await expect(modal.dialog).toBeVisible();
    await page.evaluate(() => window.greet!());
    await modal.ends('onExit', 'user_initiated_exit', {});
  });
}

test('on to the next document before this one is greeted: the outcome is told', async ({ context, modal, page, user }) => {
  await WAYS['the WASM is not loaded']!(context);
  await greetLate(context);
  await open(modal, await connectToken(user));
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
  // The greetings of both come to the second one.
  await page.evaluate(() => window.greet!());
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('opened again while the next document is on its way, it is drawn', async ({ context, modal, page, user }) => {
  await WAYS['the WASM is not loaded']!(context);
  await open(modal, await connectToken(user));
  // Chromium left one opening in twelve blank, whenever it was (`redraw` in public/initialize.js).
  for (let later = 0; later < 80; later += 4) {
    await expect(modal.title, `opened again after ${later} ms`).toBeVisible();
    await modal.close();
    await expect(modal.dialog).toBeHidden();
    await page.evaluate((wait) => { setTimeout(() => document.querySelector('button')!.click(), wait); }, later);
    await expect(modal.dialog).toBeVisible();
  }
  await expect(modal.title).toBeVisible();
});

test('a token that is not good is told before and after', async ({ context, modal, page }) => {
  await WAYS['the WASM is not loaded']!(context);
  await page.goto(PLAIN);
  const nobodys = `cnt_test_ct_${'a'.repeat(22)}_${'b'.repeat(43)}`;
  await page.evaluate((value) => { window.token = value; }, nobodys);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ends('onExit', 'token_invalid', {});
});
