// The page at /, which stands for a company's web app.
import type { Page, Response } from '@playwright/test';
import { CONNECT } from '../support/api';
import { expect, test } from '../support/fixtures';
import { CHEROKEE, PGE, type Modal } from '../support/modal';

const result = (page: Page) => page.locator('.qs-result');

async function visit(page: Page) {
  await page.goto(CONNECT);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

async function connect(page: Page, modal: Modal, user: string, utility?: string) {
  await visit(page);
  await page.getByLabel('Your customer’s id (user_id)').fill(user);
  if (utility) await page.getByLabel('Utility (utility_slug)').selectOption(utility);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
}

test('the customer chooses; the accounts appear', async ({ axe, modal, page, user }) => {
  await connect(page, modal, user);
  await modal.choose(PGE, 'pacific gas');
  await modal.signIn('user@pelm.com');
  await modal.share();
  await modal.linked();
  await modal.button('Done').click();
  await expect(result(page)).toContainText('onSuccess was called. The server exchanged the code and read these accounts:');
  await expect(result(page).getByRole('listitem')).toHaveText([
    '1 WARRIORS WAY SAN FRANCISCO CA 94158: electricity and gas, account 1077345636',
    '1 FERRY BUILDING SAN FRANCISCO CA 94105: electricity, account 2077345636',
  ]);
  await expect(modal.dialog).toBeHidden();
  await axe();
});

test('a utility of the list: an exit, then again, to the end', async ({ modal, page, user }) => {
  await connect(page, modal, user, 'pge');
  await modal.close();
  await expect(result(page)).toContainText('onExit was called with this status and metadata:');
  await expect(result(page).getByRole('listitem')).toHaveText(['user_initiated_exit', '{}']);

  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
  await modal.proceed();
  await modal.signIn('mfa_totp');
  await modal.verify('123456');
  await modal.linked();
  await modal.button('Done').click();
  await expect(result(page).getByRole('listitem')).toHaveText([/: electricity, account \d+$/]);
});

test('an id that is linked already starts at the password', async ({ modal, page, user, utility }) => {
  await connect(page, modal, user);
  await modal.choose(utility.name);
  await modal.signIn('elec_gas');
  await modal.share();
  await modal.linked(utility.name);
  await modal.button('Done').click();
  await expect(result(page).getByRole('listitem')).toHaveCount(1);
  await connect(page, modal, user);
  await modal.at(`Sign in to ${utility.name} again`);
  await expect(modal.username).toHaveValue('elec_gas');
});

test('a utility that cannot be linked', async ({ modal, page, user }) => {
  await connect(page, modal, user, 'cherokee-electric-cooperative');
  await modal.proceed();
  await modal.type('someone', 'secret');
  await modal.button('Continue').click();
  await modal.at(`We cannot link ${CHEROKEE} yet`);
  await modal.close();
  await expect(result(page).getByRole('listitem')).toHaveText([
    'unavailable_utility_credentials_submitted',
    '{"utility_id":"8","utility_name":"Cherokee Electric Cooperative"}',
  ]);
});

test('no user id: said, and nothing opens', async ({ axe, modal, page }) => {
  await visit(page);
  const field = page.getByLabel('Your customer’s id (user_id)');
  await field.fill('   ');
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await expect(field).toHaveAccessibleDescription(/^Enter a user id of up to 200 characters\./);
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toBeFocused();
  await expect(modal.dialog).toHaveCount(0);
  await axe();
});

test('a user id that is too long: the same, and it can be mended', async ({ modal, page, user }) => {
  await visit(page);
  const field = page.getByLabel('Your customer’s id (user_id)');
  await field.fill('x'.repeat(201));
  const button = page.getByRole('button', { name: 'Connect your utility' });
  await button.click();
  await expect(field).toHaveAccessibleDescription(/^Enter a user id of up to 200 characters\./);
  await expect(modal.dialog).toHaveCount(0);
  await field.fill(user);
  await button.click();
  await modal.ready();
  await expect(field).not.toHaveAttribute('aria-invalid');
});

test('usage by day and by hour, and the bills, as soon as they are read', async ({ axe, modal, page, user }) => {
  await connect(page, modal, user, 'pge');
  await modal.proceed();
  await modal.signIn('user@pelm.com');
  await modal.share();
  await modal.linked();
  await modal.button('Done').click();
  const chart = (name: RegExp) => page.getByRole('img', { name });
  await expect(chart(/^Electricity by day from \w+ \d+ to \w+ \d+: [\d.]+ kWh at most/)).toHaveCount(2, { timeout: 20_000 });
  await expect(chart(/^Gas by day .* therms at most/)).toHaveCount(1);
  await expect(chart(/^Electricity by day/).first().locator('rect')).toHaveCount(30);
  const bills = page.getByRole('region', { name: 'Bills of 1 WARRIORS WAY SAN FRANCISCO CA 94158' });
  await expect(bills.getByRole('row')).toHaveCount(7);
  await expect(bills.getByRole('row').nth(1)).toHaveText(/\d{4}[\d.]+ kWh, [\d.]+ therms\$\d+\.\d\d/);
  await page.getByRole('button', { name: 'By hour' }).click();
  await expect(chart(/^Electricity by hour/).first().locator('rect')).toHaveCount(72);
  await expect(page.getByRole('button', { name: 'By hour' })).toHaveAttribute('aria-pressed', 'true');
  await expect(chart(/^Gas by day/)).toHaveCount(1);
  await axe();
  // Another try begins with an empty page.
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
  await expect(chart(/./)).toHaveCount(0);
});

test('the code for a page, for React and for the server is shown', async ({ axe, page }) => {
  await visit(page);
  await expect(page.getByText('<script src="http://localhost:8080/initialize.js"></script>')).toBeVisible();
  await page.getByText('A page: React').click();
  await expect(page.getByText("from 'react-pelm-connect'")).toBeVisible();
  await page.getByText('Your server', { exact: true }).click();
  await expect(page.getByText(/curl http:\/\/localhost:8080\/auth\/connect-token/)).toBeVisible();
  await axe();
});

test('neither secret nor access token reaches the page', async ({ modal, page, user }) => {
  const bodies: Promise<string>[] = [];
  const keep = (response: Response) => {
    if (/_connect\/|\/$/.test(new URL(response.url()).pathname)) bodies.push(response.body().then((body) => body.toString('latin1')));
  };
  page.on('response', keep);
  await connect(page, modal, user, 'pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await modal.button('Done').click();
  await expect(result(page).getByRole('listitem')).toHaveCount(1);
  // What comes later, as the readings, would still be read when the test has ended.
  page.off('response', keep);
  const text = (await Promise.all(bodies)).join('\n');
  expect(text).toContain('cnt_test_ct_');
  expect(text).not.toMatch(/cnt_test_(at|rt|cs)_/);
});

test('nothing scrolls sideways', async ({ page }) => {
  await visit(page);
  // Not innerWidth: a phone makes it as wide as what does not fit.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(page.viewportSize()!.width);
});
