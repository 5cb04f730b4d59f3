// Connect in every language: by the company's page, by the browser, from right to left; and in a company's colours.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Page } from '@playwright/test';
import { CONNECT, connectToken } from '../support/api';
import { audit, paint } from '../support/axe';
import { expect, test } from '../support/fixtures';
import { PLAIN } from '../support/modal';

const LANGUAGES = { en: 'ltr', es: 'ltr', 'fr-CA': 'ltr', 'zh-Hans': 'ltr', vi: 'ltr', ar: 'rtl' };

/** Opens Connect on the company's page with these settings. */
async function open(page: Page, config: Record<string, string>) {
  await page.goto(PLAIN);
  await page.evaluate((given) => {
    document.querySelector('button')!.focus();
    window.PelmConnect.open({ ...given, ...window.callbacks() });
  }, config);
}

for (const [language, direction] of Object.entries(LANGUAGES)) {
  test(`from Welcome to the confirmation in ${language}`, async ({ modal, page, user }) => {
    /** What axe finds, light and dark, and whether anything sticks out of the frame. */
    const look = async (where: string) => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await paint(page, colorScheme);
        expect.soft(await audit(page), `${where}, ${colorScheme}`).toEqual([]);
      }
      const over = await modal.frame.locator('html').evaluate(() =>
        [...document.querySelectorAll('.sheet *')]
          .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible' && !element.matches('.visually-hidden, input'))
          .map((element) => element.outerHTML.slice(0, 120)));
      expect.soft(over, `${where}: sticks out`).toEqual([]);
    };
    await open(page, { connectToken: await connectToken(user), language });
    await modal.ready();
    const html = modal.frame.locator('html');
    await expect(html).toHaveAttribute('lang', language);
    await expect(html).toHaveAttribute('dir', direction);
    await look('welcome');
    await modal.frame.locator('.primary').click();
    await modal.search.fill('pacific gas');
    await expect(modal.frame.getByRole('option').first()).toContainText('Pacific Gas and Electric');
    await look('select');
    await modal.frame.getByRole('option').first().click();
    await modal.frame.locator('.primary').click();
    await expect(modal.frame.locator('.error')).toHaveCount(2);
    await look('nothing typed');
    const signIn = async (username: string, password: string) => {
      await modal.frame.locator('#username').fill(username);
      await modal.frame.locator('#password').fill(password);
      await modal.frame.locator('.primary').click();
    };
    await signIn(`${user}`, 'wrong');
    await expect(modal.alert).toBeVisible();
    await look('wrong password');
    await signIn('mfa_choose', 'password');
    await modal.frame.locator('.choice').first().click();
    await modal.frame.locator('#code').fill('000000');
    await modal.frame.locator('.primary').click();
    await expect(modal.frame.locator('#code-error')).toBeVisible();
    await look('wrong code');
    await modal.frame.locator('#code').fill('123456');
    await modal.frame.locator('.primary').click();
    await expect(modal.frame.locator('.done-mark')).toBeVisible();
    await look('linked');
    await modal.frame.locator('.primary').click();
    await expect.poll(async () => (await modal.outcomes()).map(([name]) => name)).toEqual(['onSuccess']);
  });
}

test.describe('by the browser', () => {
  test.use({ locale: 'es-MX' });

  test('the page says nothing, the browser speaks Spanish', async ({ modal, page, user }) => {
    await open(page, { connectToken: await connectToken(user) });
    await modal.ready();
    await expect(modal.frame.locator('html')).toHaveAttribute('lang', 'es');
    await expect(modal.iframe).toHaveAttribute('title', /vincule/);
  });

  test('the token says another one: the frame and its names follow', async ({ modal, page, user }) => {
    await open(page, { connectToken: await connectToken(user, { language: 'vi' }) });
    await modal.ready();
    await expect(modal.frame.locator('html')).toHaveAttribute('lang', 'vi');
    await expect(modal.dialog).toHaveAttribute('lang', 'vi');
    await expect(modal.dialog).toHaveAccessibleName(/^Liên kết/);
    await expect(modal.iframe).toHaveAttribute('title', /liên kết/);
  });

  test('a language that Connect does not speak counts as none', async ({ modal, page, user }) => {
    await open(page, { connectToken: await connectToken(user), language: 'tlh' });
    await modal.ready();
    await expect(modal.frame.locator('html')).toHaveAttribute('lang', 'es');
  });

  test('without a frame the loader speaks it, too', async ({ modal, page, problems, user }) => {
    problems.expect(/./);
    await page.route('**/connect/frame**', (route) => route.abort());
    await open(page, { connectToken: await connectToken(user) });
    await expect(modal.dialog.getByRole('alert')).toContainText('No se pudo cargar Connect');
    await expect(modal.dialog.getByRole('button', { name: 'Cerrar' })).toBeFocused();
  });
});

test('keys and screens go the other way where text does', async ({ modal, page, user }) => {
  await open(page, { connectToken: await connectToken(user), language: 'ar' });
  await modal.ready();
  await modal.frame.locator('.primary').click();
  await expect(modal.search).toBeVisible();
  const at = async (selector: string) => (await modal.frame.locator(selector).first().boundingBox())!.x;
  const back = modal.frame.locator('.head-side').first();
  expect((await back.boundingBox())!.x, 'back is on the right').toBeGreaterThan(await at('.head-side:last-child'));
  expect(await at('.monogram'), 'the tile is on the right of the name').toBeGreaterThan(await at('.row-name'));
});

test('a company’s colour is drawn as it can be read, in light and in dark', async ({ modal, page, user }) => {
  // A company of its own: the others' pictures stay as they are.
  const connect = (...command: string[]) =>
    execFileSync(process.env.CONNECT_E2E_SERVER!, ['client', ...command], {
      cwd: resolve(__dirname, '../..'),
      env: { ...process.env, CONNECT_DATA_DIR: process.env.CONNECT_E2E_DATA },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const { PELM_CLIENT_ID, PELM_SECRET } = parseEnv(connect('add', 'Canary Yellow'));
  // White on this yellow, or it on white, nobody could read.
  connect('theme', PELM_CLIENT_ID!, '--brand', '#ffd400', '--radius', '0', '--logo', 'public/favicon.svg');
  const answer = await fetch(`${CONNECT}/auth/connect-token`, {
    method: 'POST',
    headers: { 'Pelm-Client-Id': PELM_CLIENT_ID!, 'Pelm-Secret': PELM_SECRET! },
    body: new URLSearchParams({ user_id: user }),
  });
  await open(page, { connectToken: ((await answer.json()) as { connect_token: string }).connect_token });
  await modal.ready();
  const logo = modal.frame.locator('img.logo');
  await expect.poll(() => logo.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  const button = modal.frame.locator('.primary');
  await expect(button).toHaveCSS('background-color', 'rgb(133, 110, 4)');
  await expect(button).toHaveCSS('border-radius', '0px');
  expect.soft(await audit(page), 'light').toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(button).toHaveCSS('background-color', 'rgb(255, 212, 0)');
  expect.soft(await audit(page), 'dark').toEqual([]);
});
