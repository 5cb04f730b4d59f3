// Connect is left, in every way and from every kind of screen.
import { exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { hold } from '../support/hold';
import { CHEROKEE, PGE, type Modal } from '../support/modal';
import type { Page } from '@playwright/test';

const ways: [string, (modal: Modal, page: Page) => Promise<void>][] = [
  ['the close button', (modal) => modal.close()],
  ['Escape', (_, page) => page.keyboard.press('Escape')],
];

for (const [way, leave] of ways) {
  test(`nothing typed: ${way} leaves at once`, async ({ modal, page, start }) => {
    await start();
    await leave(modal, page);
    await modal.ends('onExit', 'user_initiated_exit', {});
  });

  test(`something typed: ${way} asks first; stay, then leave`, async ({ modal, page, start }) => {
    await start('pge');
    await modal.proceed();
    await modal.type('good', 'half a pass');
    await leave(modal, page);
    await expect(modal.question).toHaveAccessibleName('Leave without linking?');
    await expect(modal.question).toHaveAccessibleDescription('Your utility is not linked yet. What you entered will be cleared.');
    await expect(modal.button('Keep going')).toBeFocused();
    expect(await modal.outcomes()).toEqual([]);
    await modal.button('Keep going').click();
    await expect(modal.question).toBeHidden();
    await expect(modal.password, 'back in the field that the question interrupted').toBeFocused();
    await expect(modal.username).toHaveValue('good');
    await expect(modal.password).toHaveValue('half a pass');

    await leave(modal, page);
    await expect(modal.question).toBeVisible();
    await modal.button('Leave').click();
    await modal.ends('onExit', 'user_initiated_exit', {});
  });

  test(`the login is linked: ${way} is a success`, async ({ modal, page, start }) => {
    await start('pge');
    await modal.proceed();
    await modal.signIn('good');
    await modal.linked();
    // A key is up again only if the frame is still there.
    const answer = await hold(page, '**/_connect/finish');
    await leave(modal, page);
    answer();
    await exchange(await modal.succeeds());
  });

  test(`a utility that cannot be linked: ${way} says which`, async ({ modal, page, start }) => {
    await start('cherokee-electric-cooperative');
    await modal.proceed();
    await modal.type('someone', 'secret');
    await modal.button('Continue').click();
    await modal.at(`We cannot link ${CHEROKEE} yet`);
    await leave(modal, page);
    await modal.ends('onExit', 'unavailable_utility_credentials_submitted', { utility_id: '8', utility_name: CHEROKEE });
  });
}

test('Escape while Connect asks goes on', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.username.fill('good');
  await page.keyboard.press('Escape');
  await expect(modal.button('Keep going')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(modal.question).toBeHidden();
  await expect(modal.username).toHaveValue('good');
  await expect(modal.dialog).toBeVisible();
});

test('Escape works after a click into the text', async ({ modal, page, start }) => {
  await start();
  await modal.frame.getByText('It takes about a minute.').click();
  await page.keyboard.press('Escape');
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('what was typed is cleared when the customer leaves', async ({ modal, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.type('good', 'half a pass');
  await modal.close();
  await modal.button('Leave').click();
  await modal.ends('onExit', 'user_initiated_exit', {});
  const fields = () => modal.document().evaluate(() => [...document.querySelectorAll('input')].map((field) => field.value).join(''));
  await expect.poll(fields, 'in the hidden frame').toBe('');
  await modal.reopen(token);
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.username).toHaveValue('');
  await expect(modal.password).toHaveValue('');
});

test('a code that was typed is asked for, too', async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('mfa_sms');
  await modal.code.fill('12');
  await modal.close();
  await expect(modal.question).toBeVisible();
  await modal.button('Leave').click();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('a utility that cannot be linked: nothing that was typed leaves the browser', async ({ modal, page, start }) => {
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url(), request.postDataBuffer()?.toString('latin1') ?? ''));
  await start();
  await modal.choose(CHEROKEE, 'cherokee el');
  await expect(modal.frame.getByText(`We cannot link ${CHEROKEE} yet. If you go on, we tell Northwind Solar that you asked for it. What you type is not kept.`)).toBeVisible();
  await modal.button('Continue').click();
  await expect(modal.username).toHaveAccessibleDescription('Enter your user name or e-mail.');
  await modal.type('canary-user-name', 'canary-password');
  const answered = page.waitForResponse(/submit_login/);
  await modal.button('Continue').click();
  await answered;
  await modal.at(`We cannot link ${CHEROKEE} yet`);
  await expect(modal.frame.getByText('Your user name and password were not kept.')).toBeVisible();
  await modal.frame.locator('.foot').getByRole('button', { name: 'Close' }).click();
  await modal.ends('onExit', 'unavailable_utility_credentials_submitted', { utility_id: '8', utility_name: CHEROKEE });
  expect(sent.filter((text) => text.includes('submit_login'))).toHaveLength(2);
  expect(sent.filter((text) => text.includes('canary'))).toEqual([]);
});

test('a utility that cannot be linked: another one can', async ({ modal, start }) => {
  await start();
  await modal.choose(CHEROKEE, 'cherokee el');
  await modal.type('someone', 'secret');
  await modal.button('Continue').click();
  await modal.button('Choose another utility').click();
  await modal.at('Who sends your energy bill?');
  await modal.search.fill('pacific gas');
  await modal.option(PGE).click();
  await modal.signIn('good');
  await modal.linked();
  await modal.done();
});

test('Done twice is one success', async ({ modal, page, start }) => {
  const answer = await hold(page, '**/_connect/finish');
  await start('pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await modal.button('Done').dblclick();
  answer();
  await exchange(await modal.succeeds());
});
