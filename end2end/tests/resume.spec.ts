// The server knows where a customer is: reloads, second windows, double and stale clicks.
import type { Locator } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { hold } from '../support/hold';
import { Modal, PGE } from '../support/modal';

test('the page is reloaded at the selection', async ({ modal, page, start }) => {
  const token = await start();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
  await page.reload();
  await modal.reopen(token);
  await modal.at('Who sends your energy bill?');
});

test('the page is reloaded after a wrong password', async ({ modal, page, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('bad_password');
  await expect(modal.alert).toContainText('You have 4 tries left here.');
  await page.reload();
  await modal.reopen(token);
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.username).toHaveValue('bad_password');
  await expect(modal.password).toHaveValue('');
  await modal.signIn('bad_password');
  await expect(modal.alert).toContainText('You have 3 tries left here.');
});

test('what is typed before the server has told where the customer is stays', async ({ context, modal, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  const page = await context.newPage();
  const other = new Modal(page);
  const asked = page.waitForRequest(/_connect\/load/);
  const answer = await hold(page, '**/_connect/load');
  const opened = other.open(token);
  await asked;
  await other.type('good', 'password');
  answer();
  await opened;
  await expect(other.password).toHaveValue('password');
  await other.button('Sign in').click();
  await other.linked();
  await other.done();
});

test('the page is reloaded at a code, which still works', async ({ modal, page, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  await page.reload();
  await modal.reopen(token);
  await modal.at(`Enter the code from ${PGE}`);
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('the page is reloaded while the utility is asked', async ({ modal, page, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('slow');
  await modal.at(`Signing in to ${PGE}`);
  await page.reload();
  await modal.reopen(token);
  await modal.linked();
  await modal.done();
});

test('the page is reloaded at the confirmation', async ({ modal, page, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await page.reload();
  await modal.reopen(token);
  await modal.linked();
  await modal.done();
});

test('closed and opened again, the customer is where they were', async ({ modal, page, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('mfa_choose');
  await modal.at(`How should ${PGE} confirm it’s you?`);
  await page.evaluate(() => window.PelmConnect.exit());
  await expect(modal.dialog).toBeHidden();
  await modal.reopen(token);
  await modal.at(`How should ${PGE} confirm it’s you?`);
  await modal.button(/^E-mail/).click();
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('back, screen by screen, to Welcome', async ({ modal, start }) => {
  await start();
  await expect(modal.button('Back')).toBeHidden();
  await modal.choose(PGE, 'pge');
  await modal.button('Back').click();
  await modal.at('Who sends your energy bill?');
  await modal.button('Back').click();
  await modal.at('Northwind Solar would like to read your energy data');
  await expect(modal.button('Back')).toBeHidden();
});

// Both clicks come before the answer.
test('a double click acts once', async ({ modal, page, start }) => {
  await start();
  let calls = 0;
  let clicked = Promise.resolve();
  await page.route(/_connect\/(?!load|search|wait)/, async (route) => {
    calls += 1;
    await clicked;
    await route.continue();
  });
  const twice = async (target: Locator) => {
    let answer = () => {};
    clicked = new Promise((resolve) => { answer = resolve; });
    await target.dblclick();
    answer();
  };
  await twice(modal.button('Continue'));
  await modal.at('Who sends your energy bill?');
  await modal.search.fill('pacific gas');
  await expect(modal.option(/./).first()).toContainText(PGE);
  await twice(modal.option(PGE));
  await modal.at(`Sign in to ${PGE}`);
  await modal.type('mfa_sms', 'password');
  await twice(modal.button('Sign in'));
  await modal.at(`Enter the code from ${PGE}`);
  await modal.code.fill('000000');
  await twice(modal.button('Verify'));
  await expect(modal.code).toHaveAccessibleDescription(/You have 2 tries left/);
  expect(calls).toBe(4);
});

test('a stale screen of a second window changes nothing and catches up', async ({ context, modal, start }) => {
  const token = await start();
  await modal.at('Northwind Solar would like to read your energy data');
  const other = new Modal(await context.newPage());
  await other.open(token);
  await other.choose(PGE, 'pge');
  await other.signIn('mfa_sms');
  await other.at(`Enter the code from ${PGE}`);
  await modal.page.bringToFront();
  await modal.proceed();
  await modal.at(`Enter the code from ${PGE}`);
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

// The second click meets what the answer to the first has put in its place.
test('the second click of a double click does nothing on the next screen', async ({ modal, page, start }) => {
  await start();
  const again = async () => {
    await page.mouse.down({ clickCount: 2 });
    await page.mouse.up({ clickCount: 2 });
  };
  await modal.button('Continue').click();
  await modal.at('Who sends your energy bill?');
  await again();
  await modal.at('Who sends your energy bill?');
  await modal.search.fill('pacific gas');
  await modal.option(PGE).click();
  await modal.type('bad_password', 'wrong');
  await modal.button('Sign in').click();
  await expect(modal.alert).toContainText('You have 4 tries left here.');
  await again();
  await expect(modal.alert).toContainText('You have 4 tries left here.');
  await expect(modal.password).not.toHaveAccessibleDescription('Enter your password.');
});

test('a key that is held down acts on one screen only', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  await modal.type('bad_password', 'wrong');
  await modal.password.focus();
  await page.keyboard.down('Enter');
  await expect(modal.alert).toContainText('You have 4 tries left here.');
  await expect(modal.password).toBeFocused();
  await page.keyboard.down('Enter'); // Without an "up" between: the browser repeats the key.
  await expect(modal.alert).toContainText('You have 4 tries left here.');
  await expect(modal.password).not.toHaveAccessibleDescription('Enter your password.');
  await page.keyboard.up('Enter');
  await page.keyboard.press('Enter');
  await expect(modal.password).toHaveAccessibleDescription('Enter your password.');
});

test('two minutes before the end the customer is asked, and goes on with what was typed', async ({ modal, page, start }) => {
  await page.clock.install();
  await start('pge');
  await modal.proceed();
  await modal.username.fill('user@pelm.com');
  await page.clock.fastForward('27:50');
  await expect(modal.question).toBeHidden();
  await page.clock.fastForward('00:15');
  await expect(modal.question).toHaveAccessibleName('Do you need more time?');
  await expect(modal.button('Keep going')).toBeFocused();
  const asked = page.waitForRequest((request) => request.url().endsWith('/_connect/go'));
  await page.keyboard.press('Enter');
  // The last byte says what is wished: `Way::MoreTime`.
  expect((await asked).postDataBuffer()!.at(-1)).toBe(7);
  await expect(modal.question).toBeHidden();
  // The answer is there, from which the time counts.
  await expect(modal.button('Sign in')).toHaveAttribute('aria-busy', 'false');
  await expect(modal.username).toHaveValue('user@pelm.com');
  // The server has given as much as at first: the question comes again only then.
  await page.clock.fastForward('27:00');
  await expect(modal.question).toBeHidden();
  await page.clock.fastForward('02:00');
  await expect(modal.question).toBeVisible();
});
