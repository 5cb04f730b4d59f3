// The page at /, which stands for a company's web app.
import type { Page } from '@playwright/test';
import { CONNECT } from '../support/api';
import { expect, test } from '../support/fixtures';
import { CHEROKEE, PGE, type Modal } from '../support/modal';

async function start(page: Page, modal: Modal, user: string, utility?: string) {
  await page.goto(CONNECT);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByLabel('Your customer’s id (user_id)').fill(user);
  if (utility) await page.getByLabel('Utility (utility_slug)').selectOption(utility);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
}

test('the customer chooses; the accounts appear', async ({ axe, modal, page, user }) => {
  await start(page, modal, user);
  await modal.choose(PGE, 'pacific gas');
  await modal.signIn('user@pelm.com');
  await modal.linked();
  await modal.button('Done').click();
  const rows = page.getByRole('region', { name: 'Accounts' }).getByRole('row');
  await expect(rows).toHaveText([
    /Address\s*Account\s*Meters/,
    /1 WARRIORS WAY SAN FRANCISCO CA 94158\s*1077345636\s*Gas, Electricity/,
    /1 FERRY BUILDING SAN FRANCISCO CA 94105\s*2077345636\s*Electricity/,
  ]);
  await expect(modal.dialog).toBeHidden();
  await axe();
});

test('a utility of the list: an exit, then again, in update mode, to the end', async ({ modal, page, user }) => {
  await start(page, modal, user, 'pge');
  await modal.close();
  await expect(page.getByText('was called: the customer closed Connect.')).toBeVisible();
  await expect(page.getByText('user_initiated_exit')).toBeVisible();

  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
  await modal.proceed();
  await modal.signIn('mfa_totp');
  await modal.verify('123456');
  await modal.linked();
  await modal.button('Done').click();
  await expect(page.getByRole('region', { name: 'Accounts' }).getByRole('row')).toHaveCount(2);
});

test('a utility that cannot be linked', async ({ modal, page, user }) => {
  await start(page, modal, user, 'cherokee-electric-cooperative');
  await modal.proceed();
  await modal.type('someone', 'secret');
  await modal.button('Continue').click();
  await modal.at(`We cannot link ${CHEROKEE} yet`);
  await modal.close();
  await expect(page.getByText('unavailable_utility_credentials_submitted')).toBeVisible();
  await expect(page.getByText('{"utility_id":"8","utility_name":"Cherokee Electric Cooperative"}')).toBeVisible();
});

test('no user id: said at the field, and nothing opens', async ({ axe, modal, page }) => {
  await page.goto(CONNECT);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const field = page.getByLabel('Your customer’s id (user_id)');
  await field.fill('   ');
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await expect(page.getByRole('alert')).toHaveText('Enter a user id of up to 200 characters.');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(modal.dialog).toHaveCount(0);
  await axe();
});

test('the code is shown in tabs', async ({ page }) => {
  await page.goto(CONNECT);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const panel = page.getByRole('tabpanel');
  await expect(panel).toContainText('<script src="http://localhost:8080/initialize.js"></script>');
  await page.getByRole('tab', { name: 'React' }).click();
  await expect(panel).toContainText("from 'react-pelm-connect'");
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Server' })).toBeFocused();
  await expect(panel).toContainText('/auth/connect-token');
});

test('neither secret nor access token reaches the page', async ({ modal, page, user }) => {
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    if (/_connect\/|\/$/.test(new URL(response.url()).pathname)) bodies.push(response.body().then((b) => b.toString('latin1'), () => ''));
  });
  await start(page, modal, user, 'pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await modal.button('Done').click();
  await expect(page.getByRole('region', { name: 'Accounts' })).toBeVisible();
  const text = (await Promise.all(bodies)).join('\n');
  expect(text).toContain('cnt_test_ct_');
  expect(text).not.toMatch(/cnt_test_(at|rt|sk|cs)_/);
});

test('nothing is cut off and nothing scrolls sideways', async ({ page }) => {
  await page.goto(CONNECT);
  // Not innerWidth: a phone makes it as wide as what does not fit.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(page.viewportSize()!.width);
});
