// What is shared is the customer's choice: before the login, among the meters after it, and until it is stopped.
import { CONNECT, accounts, exchange, read } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PGE } from '../support/modal';

test('shaped before the login, kept in what the company can read, and stopped by the receipt', async ({ axe, modal, page, problems, start }) => {
  problems.expect(/status of 410/);
  await start('pge');
  await modal.button('Choose what is shared').click();
  await modal.at('Choose what is shared');
  await expect(modal.frame.getByLabel('Meter readings')).toBeChecked();
  await expect(modal.frame.getByLabel('Until I stop it')).toBeChecked();
  await axe();
  await modal.shape();
  await expect(modal.frame.getByText('Your accounts and meter readings, without bills. The past 12 months')).toBeVisible();
  await expect(modal.frame.getByText('Sharing ends by itself after 3 months.')).toBeVisible();
  // It is there when it is opened again.
  await modal.button('Choose what is shared').click();
  await expect(modal.frame.getByLabel('Bills')).not.toBeChecked();
  await modal.button('Back').click();
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await expect(modal.frame.getByText('without bills')).toBeVisible();

  const opening = page.waitForEvent('popup');
  await modal.receipt.click();
  const receipt = await opening;
  await expect(receipt.getByRole('heading', { level: 1 })).toHaveText('What you share with Northwind Solar');
  await expect(receipt.getByText(/Sharing ends by itself on [A-Z]/)).toBeVisible();
  const access = await exchange(await modal.done());
  const bills = await read(access, '/bills');
  expect([bills.status, await bills.json()]).toMatchObject([403, { error_code: 'permission_denied' }]);
  expect(await accounts(access)).toHaveLength(1);

  await expect(receipt.getByRole('button', { name: 'Yes, stop sharing' })).toBeHidden();
  await receipt.getByText('Stop sharing', { exact: true }).click();
  await receipt.getByRole('button', { name: 'Yes, stop sharing' }).click();
  await expect(receipt.getByRole('heading', { level: 1 })).toHaveText('Nothing is shared any more');
  expect((await read(access, '/accounts')).status).toBe(401);
  const again = await receipt.goto(`${CONNECT}/receipt/${'0'.repeat(54)}`);
  expect(again!.status()).toBe(410);
});

test('of several meters one is shared, by the keyboard', async ({ modal, page, start, utility }) => {
  await start(utility.slug);
  await modal.proceed();
  await modal.signIn('multi_account');
  await modal.at('Which meters do you share?');
  await expect(modal.title).toBeFocused();
  await expect(modal.frame.getByRole('group', { name: 'Which meters do you share?' })).toBeVisible();
  const meters = modal.frame.getByRole('checkbox');
  await expect(meters).toHaveCount(5);
  for (let at = 0; at < 5; at += 1) {
    await page.keyboard.press('Tab');
    await expect(meters.nth(at)).toBeFocused();
    await page.keyboard.press('Space');
  }
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(modal.alert).toContainText('No meter is chosen.');
  await expect(meters.first()).not.toBeChecked();
  await meters.nth(4).check();
  await modal.button('Share these meters').click();
  await modal.linked(utility.name);
  await expect(modal.frame.getByRole('listitem')).toHaveCount(1);
  const linked = await accounts(await exchange(await modal.done()));
  expect(linked).toHaveLength(1);
});

test('leaving the choice of meters asks first, and shares nothing', async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('elec_gas');
  await modal.at('Which meters do you share?');
  await modal.close();
  await expect(modal.question).toBeVisible();
  await modal.button('Keep going').click();
  await modal.at('Which meters do you share?');
  await modal.button('Back').click();
  await modal.at(`Sign in to ${PGE}`);
  await modal.close();
  await modal.button('Leave').click();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('who reloads the page is asked about the same meters', async ({ modal, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('user@pelm.com');
  await modal.at('Which meters do you share?');
  await modal.open(token);
  await modal.at('Which meters do you share?');
  await modal.share();
  await modal.linked();
});
