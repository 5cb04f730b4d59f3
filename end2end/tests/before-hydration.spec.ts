// The first screen is there before the WASM. A customer may be faster.
import type { Page } from '@playwright/test';
import { connectToken } from '../support/api';
import { expect, test } from '../support/fixtures';
import { hold } from '../support/hold';
import { PLAIN } from '../support/modal';

/** Opens the modal while the WASM is on its way; the answer lets it arrive. */
async function openEarly(page: Page, token: string): Promise<() => void> {
  const arrive = await hold(page, '**/pkg/connect.wasm');
  await page.goto(PLAIN);
  await page.evaluate((value) => { window.token = value; }, token);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  return arrive;
}

test('the first screen can be read', async ({ modal, page, user, axe }) => {
  const arrive = await openEarly(page, await connectToken(user));
  await modal.at('Northwind Solar would like to read your energy data');
  await expect(modal.title).toBeVisible();
  await expect(modal.button('Continue')).toBeVisible();
  await expect(modal.frame.locator('html')).not.toHaveAttribute('data-hydrated');
  await axe();
  arrive();
  await modal.ready();
});

test('Continue, clicked too early, is not lost', async ({ modal, page, user }) => {
  const arrive = await openEarly(page, await connectToken(user));
  await modal.button('Continue').click();
  arrive();
  await modal.ready();
  await modal.at('Who sends your energy bill?');
});

test('Continue, clicked too early, does no harm', async ({ modal, page, user }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const arrive = await openEarly(page, await connectToken(user));
  await modal.button('Continue').click();
  await modal.button('Continue').click();
  arrive();
  await modal.ready();
  expect(requests).not.toContain('POST /connect/frame');
  await expect(modal.title).toBeVisible();
});

test('Escape and Close work before the WASM is there, or once it is', async ({ modal, page, user }) => {
  const arrive = await openEarly(page, await connectToken(user));
  await modal.at('Northwind Solar would like to read your energy data');
  await page.keyboard.press('Escape');
  arrive();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('a password that is submitted too early goes nowhere', async ({ modal, page, start, user, utility }) => {
  await start(utility.slug);
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked(utility.name);
  await modal.done();

  const bodies: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/connect/frame') bodies.push(`${request.method()} ${request.postData() ?? ''}`);
  });
  const arrive = await openEarly(page, await connectToken(user));
  await modal.at(`Sign in to ${utility.name} again`);
  await modal.password.fill('canary');
  await page.keyboard.press('Enter');
  arrive();
  await modal.ready();
  await modal.at(`Sign in to ${utility.name} again`);
  expect(bodies).toEqual(['GET ']);
});
