// What a customer is told when a login does not succeed.
import { connectToken, outageRequests } from '../support/api';
import { expect, test } from '../support/fixtures';
import { Modal, PGE } from '../support/modal';

test.beforeEach(async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
});

test('nothing typed: each field says what it needs', async ({ modal }) => {
  await modal.button('Sign in').click();
  await expect(modal.username).toHaveAccessibleDescription('Enter your user name or e-mail.');
  await expect(modal.password).toHaveAccessibleDescription('Enter your password.');
  await expect(modal.username).toBeFocused();
  await modal.username.fill('good');
  await modal.button('Sign in').click();
  await expect(modal.password).toBeFocused();
  await expect(modal.username).toHaveValue('good');
  await expect(modal.username).not.toHaveAttribute('aria-invalid');
  await expect(modal.password).toHaveAccessibleDescription('Enter your password.');
});

test('a wrong password: tries count down, the name stays, the password goes', async ({ modal }) => {
  const check = 'Check the user name and password';
  for (const text of [
    `${check} and try again. You have 4 tries left here.`,
    `${check} and try again. You have 3 tries left here.`,
    `${check} and try again. You have 2 tries left here.`,
    `${check} once more: you have one try left here.`,
  ]) {
    await modal.signIn('bad_password', 'not my password');
    await expect(modal.alert.getByRole('paragraph')).toHaveText(text);
    await expect(modal.alert.locator('strong')).toHaveText(`${PGE} did not accept this login.`);
    await expect(modal.username).toHaveValue('bad_password');
    await expect(modal.password).toHaveValue('');
    await expect(modal.password).toBeFocused();
    await expect(modal.password).toHaveAttribute('aria-invalid', 'true');
  }
  await modal.signIn('bad_password', 'not my password');
  await modal.at('Let’s stop here for now');
  await expect(modal.frame.getByText(/has refused this login several times. More tries could lock your account there./)).toBeVisible();
  await modal.frame.locator('.foot').getByRole('button', { name: 'Close' }).click();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('a wrong password, then the right one', async ({ modal }) => {
  await modal.signIn('good', 'Password');
  await expect(modal.alert).toContainText(`${PGE} did not accept this login.`);
  await modal.password.fill('password');
  await modal.button('Sign in').click();
  await modal.linked();
  await modal.done();
});

test('a locked login', async ({ modal }) => {
  await modal.signIn('locked');
  await modal.at(`${PGE} has locked this login`);
  await expect(modal.frame.getByText(/Unlock it on Pacific Gas and Electric’s own site or by calling them/)).toBeVisible();
  await modal.frame.locator('.foot').getByRole('button', { name: 'Close' }).click();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('an outage is not called a wrong password, and costs no try', async ({ modal }) => {
  await modal.signIn('site_down');
  await expect(modal.alert).toHaveText(
    new RegExp(`^\\s*${PGE} is not answering.\\s*This is not about your password.\\s*Their site is down at the moment. We have kept your place: try again in a few minutes.$`),
  );
  await expect(modal.username).toHaveValue('site_down');
  await expect(modal.password).not.toHaveAttribute('aria-invalid');
  await modal.signIn('bad_password');
  await expect(modal.alert).toContainText('You have 4 tries left here.');
});

test('a fault of ours is called that', async ({ modal }) => {
  await modal.signIn('site_changed');
  await expect(modal.alert).toHaveText(/^\s*Something went wrong on our side.\s*This is not about your password. Please try again.$/);
});

test('who would rather wait is kept for the company, and may try again at once', async ({ modal, user }) => {
  await modal.signIn('site_down');
  await expect(modal.alert).toContainText('is not answering');
  await expect(modal.alert).toBeFocused();
  await modal.button('Tell me when it works again').click();
  await modal.at('Northwind Solar will let you know');
  expect(await outageRequests()).toContainEqual({ user_id: user, utility_id: 1, utility_slug: 'pge', asked_at: expect.any(Number) });
  await modal.button('Try again now').click();
  await modal.at(`Sign in to ${PGE}`);
  await modal.signIn('good');
  await modal.linked();
  expect((await outageRequests()).map((request) => request.user_id)).not.toContain(user);
});

test('a login without accounts', async ({ modal }) => {
  await modal.signIn('empty');
  await expect(modal.alert).toHaveText(/^\s*This login has no account to share.\s*Pacific Gas and Electric accepted it, but no service account belongs to it. Sign in with the login that shows your bills.$/);
  await modal.signIn('good');
  await modal.linked();
  await modal.done();
});

test('a slow utility: the screen says so, then the login is linked', async ({ modal, page }) => {
  await page.clock.install();
  await modal.signIn('slow');
  await modal.at(`Signing in to ${PGE}`);
  await expect(modal.frame.getByText('This usually takes a few seconds.')).toBeVisible();
  await expect(modal.button('Back')).toBeHidden();
  await page.clock.runFor(7_000);
  await expect(modal.frame.getByText(`${PGE} is slow today. You can wait here, nothing is lost.`)).toBeVisible();
  await modal.linked();
  await modal.done();
});

test('waiting for a slow utility can be cancelled, and its late answer changes nothing', async ({ context, modal, user }) => {
  await modal.signIn('slow');
  await modal.at(`Signing in to ${PGE}`);
  await modal.button('Cancel').click();
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.username).toHaveValue('slow');
  // Another customer, who waits as long and began later.
  const other = new Modal(await context.newPage());
  await other.open(await connectToken(`${user}-other`, { utility_slug: 'sce' }));
  await other.proceed();
  await other.signIn('slow');
  await other.linked('Southern California Edison');
  await other.done();
  await modal.at(`Sign in to ${PGE}`);
  await modal.signIn('good');
  await modal.linked();
  await modal.done();
});

test('the password can be shown and hidden', async ({ modal }) => {
  await modal.password.fill('a b');
  await expect(modal.password).toHaveAttribute('type', 'password');
  await expect(modal.password).toHaveAttribute('autocomplete', 'current-password');
  await expect(modal.username).toHaveAttribute('autocomplete', 'username');
  const show = modal.button('Show password');
  await expect(show).toHaveAttribute('aria-pressed', 'false');
  await show.click();
  await expect(modal.password).toHaveAttribute('type', 'text');
  await expect(modal.password).toHaveValue('a b');
  await expect(show).toHaveAttribute('aria-pressed', 'true');
  await show.click();
  await expect(modal.password).toHaveAttribute('type', 'password');
});

test('a forgotten password has a link to the utility, in a new tab', async ({ modal }) => {
  const link = modal.frame.getByRole('link', { name: /^Forgot it\? Reset it at pge.com/ });
  await expect(link).toHaveAttribute('href', 'https://www.pge.com');
  await expect(link).toHaveAttribute('target', '_blank');
  await expect(link).toHaveAttribute('rel', /noopener/);
});
