// Clicks on the dimmed page beside the sheet. A phone has no such place.
import { exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { CHEROKEE } from '../support/modal';

test.beforeEach(async ({ page }) => {
  await page.clock.install();
});

test('nothing typed: leaves at once', async ({ modal, page, start }) => {
  await start();
  await page.clock.runFor(1_000);
  await modal.clickBeside();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('something typed: asks first', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.username.fill('good');
  await page.clock.runFor(1_000);
  await modal.clickBeside();
  await expect(modal.question).toBeVisible();
  await modal.button('Keep going').click();
  await expect(modal.username).toHaveValue('good');
  await modal.clickBeside();
  await modal.button('Leave').click();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('the login is linked: a success', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await page.clock.runFor(1_000);
  await modal.clickBeside();
  await exchange(await modal.succeeds());
});

test('a utility that cannot be linked: says which', async ({ modal, page, start }) => {
  await start('cherokee-electric-cooperative');
  await modal.proceed();
  await modal.type('someone', 'secret');
  await modal.button('Continue').click();
  await modal.at(`We cannot link ${CHEROKEE} yet`);
  await page.clock.runFor(1_000);
  await modal.clickBeside();
  await modal.ends('onExit', 'unavailable_utility_credentials_submitted', { utility_id: '8', utility_name: CHEROKEE });
});

test('the second click of a double click on the page’s button closes nothing', async ({ modal, page, start }) => {
  const token = await start();
  await page.clock.runFor(1_000);
  await modal.clickBeside();
  await modal.ends('onExit', 'user_initiated_exit', {});
  await page.evaluate((value) => { window.token = value; window.calls = []; }, token);
  await page.getByRole('button', { name: 'Connect your utility' }).dblclick();
  await modal.ready();
  await modal.at('Northwind Solar would like to read your energy data');
  expect(await modal.outcomes()).toEqual([]);
});
