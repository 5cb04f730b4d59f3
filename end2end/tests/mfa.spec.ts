// The utility wants the customer to confirm the login.
import { accounts, exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PGE } from '../support/modal';

test.beforeEach(async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
});

const sent = [
  { login: 'mfa_sms', says: 'Sent by text message to •••• 4417.' },
  { login: 'mfa_email', says: 'Sent by e-mail to s•••••@sandbox.test.' },
  { login: 'mfa_call', says: 'You are being called at •••• 0199.' },
];

for (const { login, says } of sent) {
  test(`${login}: a code that was sent`, async ({ modal }) => {
    await modal.signIn(login);
    await modal.at(`Enter the code from ${PGE}`);
    await expect(modal.frame.getByText(says, { exact: true })).toBeVisible();
    await expect(modal.frame.getByText('6 digits')).toBeVisible();
    await expect(modal.frame.getByText(/^Valid for [45]:\d\d$/)).toBeVisible();
    await expect(modal.frame.getByText(/^Send again in 0:[0-3]\d$/)).toBeVisible();
    await expect(modal.button('Use another method')).toBeHidden();
    await modal.verify('123456');
    await modal.linked();
    expect(await accounts(await exchange(await modal.done()))).toHaveLength(1);
  });
}

test('mfa_totp: a code of an app, which nobody sends', async ({ modal }) => {
  await modal.signIn('mfa_totp');
  await modal.at(`Enter the code from ${PGE}`);
  await expect(modal.frame.getByText(`Open your authenticator app and enter the code it shows for ${PGE}.`)).toBeVisible();
  await expect(modal.frame.getByText(/Valid for|Send again/)).toHaveCount(0);
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('mfa_question: an answer in words, wrong first', async ({ modal }) => {
  await modal.signIn('mfa_question');
  await modal.at(`${PGE} asks a question`);
  const answer = modal.frame.getByLabel('What was the name of your first pet?');
  await expect(answer).toHaveAttribute('inputmode', 'text');
  await modal.button('Verify').click();
  await expect(answer).toHaveAccessibleDescription('Enter your answer.');
  await modal.verify('bello', answer);
  await expect(answer).toHaveAccessibleDescription(`${PGE} did not accept this answer. You have 2 tries left.`);
  await modal.verify(' Rex ', answer);
  await modal.linked();
  await modal.done();
});

test('mfa_choose: a method, back to the methods, another one', async ({ modal }) => {
  await modal.signIn('mfa_choose');
  await modal.at(`How should ${PGE} confirm it’s you?`);
  await expect(modal.frame.getByRole('listitem')).toHaveText([/^Text message\s*•••• 4417$/, /^E-mail\s*s•••••@sandbox.test$/, /^Phone call\s*•••• 0199$/]);
  await modal.button(/^Text message/).click();
  await expect(modal.frame.getByText('Sent by text message to •••• 4417.')).toBeVisible();
  await modal.button('Use another method').click();
  await modal.at(`How should ${PGE} confirm it’s you?`);
  await modal.button(/^E-mail/).click();
  await expect(modal.frame.getByText('Sent by e-mail to s•••••@sandbox.test.')).toBeVisible();
  await modal.button('Back').click();
  await modal.at(`How should ${PGE} confirm it’s you?`);
  await modal.button(/^Phone call/).click();
  await expect(modal.frame.getByText('You are being called at •••• 0199.')).toBeVisible();
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('mfa_expired: the code is over, a new one is sent', async ({ modal }) => {
  await modal.signIn('mfa_expired');
  await modal.at(`Enter the code from ${PGE}`);
  await modal.verify('123456');
  await expect(modal.alert).toHaveText(/^\s*This code is no longer valid.\s*Have a new one sent, then enter it here.$/);
  await modal.button('Send again').click();
  await expect(modal.alert).toHaveText(/^\s*A new code is on its way.$/);
  await expect(modal.frame.getByText(/^Send again in 0:[0-3]\d$/)).toBeVisible();
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

for (const code of ['123 456', '123-456', ' 123456 ']) {
  test(`pasted as “${code}”`, async ({ modal, page }) => {
    await modal.signIn('mfa_sms');
    await modal.at(`Enter the code from ${PGE}`);
    await expect(modal.code).toHaveAttribute('autocomplete', 'one-time-code');
    await expect(modal.code).toHaveAttribute('inputmode', 'numeric');
    await modal.code.focus();
    // What the clipboard would put in: text at the cursor, in one input event.
    await page.keyboard.insertText(code);
    await expect(modal.code).toHaveValue(code);
    await modal.button('Verify').click();
    await modal.linked();
    await modal.done();
  });
}

test('wrong codes are counted; after the third the login starts again', async ({ modal }) => {
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  await modal.button('Verify').click();
  await expect(modal.code).toHaveAccessibleDescription('Enter the code.');
  await modal.verify('000000');
  await expect(modal.code).toHaveAccessibleDescription(`${PGE} did not accept this code. You have 2 tries left.`);
  await expect(modal.code).toHaveAttribute('aria-invalid', 'true');
  await expect(modal.code).toBeFocused();
  await expect(modal.code).toHaveValue('');
  await modal.verify('000001');
  await expect(modal.code).toHaveAccessibleDescription(`${PGE} did not accept this code. You have one try left.`);
  await modal.verify('000002');
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.alert).toHaveText(/^\s*Too many wrong codes.\s*Pacific Gas and Electric asks you to sign in again. You will then get a new code.$/);
  await expect(modal.username).toHaveValue('mfa_sms');
  await modal.password.fill('password');
  await modal.button('Sign in').click();
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('a code that is asked for again too soon', async ({ modal, page }) => {
  await page.clock.install();
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  // The browser's clock is ahead of the utility's.
  await page.clock.runFor(31_000);
  await modal.button('Send again').click();
  await expect(modal.alert).toHaveText(`${PGE} sends a new code only after a short wait.`);
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('the time of a code runs down', async ({ modal, page }) => {
  await page.clock.install();
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  await page.clock.runFor(61_000);
  await expect(modal.frame.getByText(/^Valid for 3:5\d$/)).toBeVisible();
  await page.clock.runFor(240_000);
  await expect(modal.frame.locator('.valid')).toHaveText('This code is no longer valid');
});

test('mfa_site_down: an outage leaves the customer at the code', async ({ modal }) => {
  await modal.signIn('mfa_site_down');
  await modal.at(`Enter the code from ${PGE}`);
  await modal.verify('123456');
  await expect(modal.alert).toHaveText(new RegExp(`^\\s*${PGE} is not answering.`));
  await expect(modal.frame.getByText(/did not accept/)).toHaveCount(0);
  await modal.at(`Enter the code from ${PGE}`);
  await modal.button('Tell me when it works again').click();
  await modal.at('Northwind Solar will let you know');
  await modal.button('Try again now').click();
  await modal.at(`Sign in to ${PGE}`);
});

test('back from a code to the login', async ({ modal }) => {
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  await modal.button('Back').click();
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.username).toHaveValue('mfa_sms');
  await expect(modal.password).toHaveValue('');
});

test('mfa_push: approved on another device, the screen goes on by itself', async ({ modal }) => {
  await modal.signIn('mfa_push');
  await modal.at('Approve the login on your device');
  await expect(modal.title).toBeFocused();
  await expect(modal.frame.getByText('has sent a request to Pixel 9')).toBeVisible();
  await expect(modal.frame.getByText('42', { exact: true })).toBeVisible();
  await modal.linked();
  await modal.done();
});

test('mfa_push_declined: declined, then another way, then asked again', async ({ modal }) => {
  await modal.signIn('mfa_push_declined');
  await modal.at(/^How should/);
  await modal.button(/^Approve it in the app/).click();
  await expect(modal.alert).toContainText('The request was declined');
  await modal.button('Use another method').click();
  await modal.at(/^How should/);
  await modal.button(/^Approve it in the app/).click();
  await expect(modal.alert).toContainText('The request was declined');
  await modal.button('Send the request again').click();
  await expect(modal.alert).toContainText('A new request is on its way.');
  // Said too early it does no harm.
  await modal.button('I have approved it').click();
  await modal.linked();
  await modal.done();
});

test('a minute before the end of a code, and at it, the time is said', async ({ modal, page }) => {
  await page.clock.install();
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  const said = modal.frame.locator('.sheet > [role=status]');
  await page.clock.runFor(25_000);
  await expect(said).toBeEmpty();
  await expect(modal.button('Send again')).toBeHidden();
  await page.clock.runFor(6_000);
  await expect(said).toHaveText('You can have a new code sent now.');
  // Who has gone there stays there, while the time goes on.
  await modal.button('Send again').focus();
  await page.clock.runFor(204_000);
  await expect(modal.button('Send again')).toBeFocused();
  await expect(said).toHaveText('You can have a new code sent now.');
  await page.clock.runFor(6_000);
  await expect(said).toHaveText('Valid for 1:00');
  await page.clock.runFor(60_000);
  await expect(said).toHaveText('This code is no longer valid');
});
