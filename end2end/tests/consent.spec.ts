// Green Button Connect My Data: the customer agrees on the utility's own site.
import type { Page } from '@playwright/test';
import { accounts, exchange, read } from '../support/api';
import { expect, test } from '../support/fixtures';
import { type Modal, PLAIN, SUNRISE, signInAtSunrise } from '../support/modal';

test.beforeEach(async ({ modal, problems, start }) => {
  // The utility's own site, and the way back from it.
  problems.expect(/^request: http:\/\/127\.0\.0\.1:80[89]0\//);
  await start('sunrise');
  await modal.proceed();
  await modal.at(`Agree on ${SUNRISE}’s site`);
});

const visit = async (modal: Modal, page: Page) => {
  const [utility] = await Promise.all([page.waitForEvent('popup'), modal.button(/^Continue to/).click()]);
  await expect(modal.frame.getByText('This page goes on by itself')).toBeVisible();
  return utility;
};

const share = (utility: Page) => utility.getByRole('button', { name: 'Share my data' }).click();

test('in a window: agree there, linked here, data by the consent', async ({ modal, page }) => {
  const utility = await visit(modal, page);
  await signInAtSunrise(utility, 'elec_gas');
  const closed = utility.waitForEvent('close');
  await share(utility);
  await modal.linked(SUNRISE);
  await closed;
  const token = await exchange(await modal.done());
  const [account] = await accounts(token);
  const intervals = () => read(token, `/intervals?account_id=${account!.id}&type=ELECTRIC`);
  await expect.poll(async () => (await intervals()).status, { timeout: 30_000 }).toBe(200);
  expect(((await (await intervals()).json()) as { intervals: unknown[] }).intervals.length).toBeGreaterThan(1_000);
});

test('the window is closed too soon, then the customer does not agree, then does', async ({ modal, page }) => {
  let utility = await visit(modal, page);
  await utility.close();
  await expect(modal.frame.getByText('The window cannot be seen any more.')).toBeVisible();
  utility = await visit(modal, page);
  await signInAtSunrise(utility, 'good');
  await utility.getByRole('button', { name: 'Don’t share' }).click();
  await expect(modal.alert).toContainText('Nothing was shared.');
  await expect(modal.alert).toBeFocused();
  utility = await visit(modal, page);
  await share(utility);
  await modal.linked(SUNRISE);
  await modal.done();
});

test('going back closes the window', async ({ modal, page }) => {
  const utility = await visit(modal, page);
  const closed = utility.waitForEvent('close');
  await modal.button('Back').click();
  await modal.at(/^Northwind Solar/);
  await closed;
});

test('no window is allowed: the whole page goes there and finds the link when it is back', async ({ modal, page }) => {
  await modal.blockWindows();
  await modal.button(/^Continue to/).click();
  await expect(modal.alert).toContainText('Your browser did not open the window.');
  const token = await page.evaluate(() => window.token);
  await modal.button('Open it in this tab').click();
  await signInAtSunrise(page, 'good');
  await share(page);
  await page.waitForURL(PLAIN);
  await modal.reopen(token!);
  await modal.linked(SUNRISE);
  await modal.done();
});

test('who would rather not leave signs in here', async ({ modal }) => {
  await modal.button('Sign in here instead').click();
  await modal.at(`Sign in to ${SUNRISE}`);
  await modal.button('Back').click();
  await modal.at(`Agree on ${SUNRISE}’s site`);
});

test('an answer that nobody waits for is told so', async ({ page, problems }) => {
  problems.expect(/status of 409 .*greenbutton\/callback/);
  await page.goto('http://127.0.0.1:8080/greenbutton/callback?state=x&code=y');
  await expect(page.getByRole('heading')).toHaveText('Nothing waits for this answer');
});
