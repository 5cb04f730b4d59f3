// Going on on another device: the QR code's link opens the run there, once, and the outcome is told here.
import { join, resolve } from 'node:path';
import { accounts, exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PGE } from '../support/modal';

const PICTURES = resolve(__dirname, '..', process.env.CONNECT_DOCS_SCREENS === '1' ? '../docs/screens' : 'test-results/screens');

test('from the computer to the phone and back', async ({ axe, browser, browserName, modal, page, problems, start }) => {
  problems.expect(/status of 410/);
  await start();
  await modal.button('Continue on another device').click();
  await modal.at('Continue on another device');
  await expect(modal.title).toBeFocused();
  await expect(modal.frame.getByRole('img', { name: 'QR code that opens this on another device' })).toBeVisible();
  // For a picture of Firefox, Playwright puts a style into the page, which its policy forbids.
  if (browserName === 'chromium') await page.screenshot({ path: join(PICTURES, 'other-device-1280.png') });
  await axe();
  const link = (await modal.frame.locator('.link-text').textContent())!;
  expect(link).toMatch(/^http:\/\/localhost:8080\/on\/[0-9A-Za-z]{44}$/);

  const phone = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  const there = await phone.newPage();
  // Looking at the link, as a program does that shows what is behind it, uses nothing up.
  for (let i = 0; i < 3; i += 1) await there.goto(link);
  await expect(there.getByRole('heading', { name: 'Link your utility for Northwind Solar?' })).toBeVisible();
  await there.getByRole('button', { name: 'Continue' }).click();
  await expect(modal.frame.getByText('You go on on your other device.')).toBeVisible();
  // Once.
  const other = await phone.newPage();
  await other.goto(link);
  await expect(other.getByRole('heading', { name: 'This link does not work' })).toBeVisible();

  await there.getByRole('button', { name: 'Continue' }).click();
  await there.getByRole('searchbox').fill('pacific gas');
  await there.keyboard.press('Enter');
  await there.getByRole('button', { name: PGE }).click();
  await there.getByLabel('User name or e-mail').fill('mfa_sms');
  await there.getByLabel('Password', { exact: true }).fill('password');
  await there.keyboard.press('Enter');
  await there.getByLabel('Code', { exact: true }).fill('123456');
  await there.keyboard.press('Enter');
  await expect(there.getByRole('heading', { name: `${PGE} is linked` })).toBeVisible();

  await modal.linked();
  await there.getByRole('button', { name: 'Done' }).click();
  await expect(there.getByRole('heading', { name: 'You can close this window' })).toBeVisible();
  expect(await accounts(await exchange(await modal.done()))).not.toEqual([]);
  expect(page.url()).not.toContain('code');
  await phone.close();
});

test('a code that is waited for is entered on the other device', async ({ browser, modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  await modal.button('Continue on another device').click();
  await modal.at('Continue on another device');
  await modal.button('Continue here instead').click();
  await modal.at(`Enter the code from ${PGE}`);
  await modal.button('Continue on another device').click();
  const link = (await modal.frame.locator('.link-text').textContent())!;
  const phone = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  const there = await phone.newPage();
  await there.goto(link);
  await there.getByRole('button', { name: 'Continue' }).click();
  await expect(there.getByRole('heading', { name: `Enter the code from ${PGE}` })).toBeVisible();
  await there.getByLabel('Code', { exact: true }).fill('123456');
  await there.keyboard.press('Enter');
  await expect(there.getByRole('heading', { name: `${PGE} is linked` })).toBeVisible();
  await phone.close();
  await modal.linked();
  expect(await accounts(await exchange(await modal.done()))).not.toEqual([]);
});

test('the customer changes their mind, and the link is over', async ({ browser, modal, problems, start }) => {
  problems.expect(/status of 410/);
  await start();
  await modal.button('Continue on another device').click();
  const link = (await modal.frame.locator('.link-text').textContent())!;
  await modal.button('Continue here instead').click();
  await modal.at(/^Northwind Solar/);
  const phone = await browser.newContext({ javaScriptEnabled: false });
  const there = await phone.newPage();
  await there.goto(link);
  await expect(there.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await phone.close();
  // A new link is another one; a reload shows it still.
  await modal.button('Continue on another device').click();
  const again = (await modal.frame.locator('.link-text').textContent())!;
  expect(again).not.toBe(link);
  await modal.document().evaluate(() => location.reload());
  await expect(modal.frame.locator('.link-text')).toHaveText(again);
});
