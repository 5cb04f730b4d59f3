// Sunrise Power & Gas: a utility with a web site of its own, which Connect signs in to over HTTP.
import { accounts, exchange, read } from '../support/api';
import { expect, test } from '../support/fixtures';

const SUNRISE = 'Sunrise Power & Gas (sandbox)';

test('a login over the web site: link, usage, bills', async ({ modal, start }) => {
  await start('sunrise');
  await modal.proceed();
  await modal.button('Sign in here instead').click();
  await modal.at(`Sign in to ${SUNRISE}`);
  await modal.signIn('elec_gas');
  await modal.share();
  await modal.linked(SUNRISE);
  const code = await modal.done();
  const token = await exchange(code);
  const [account] = await accounts(token);
  const intervals = () => read(token, `/intervals?account_id=${account!.id}&type=ELECTRIC`);
  await expect.poll(async () => (await intervals()).status, { timeout: 30_000 }).toBe(200);
  await expect.poll(async () => (await read(token, '/bills')).status, { timeout: 30_000 }).toBe(200);
  const usage = await intervals();
  expect(((await usage.json()) as { intervals: unknown[] }).intervals.length).toBeGreaterThan(5_000);
});

test('a choice and a code of the web site', async ({ modal, start }) => {
  await start('sunrise');
  await modal.proceed();
  await modal.button('Sign in here instead').click();
  await modal.signIn('mfa_choose');
  await modal.at(`How should ${SUNRISE} confirm it’s you?`);
  await modal.button(/Text message/).click();
  await modal.verify('000000');
  await expect(modal.frame.locator('.error')).toContainText('did not accept this code');
  await modal.verify('123456');
  await modal.linked(SUNRISE);
  await modal.done();
});

test('a wrong password, and what the site wants of the customer first', async ({ modal, start }) => {
  await start('sunrise');
  await modal.proceed();
  await modal.button('Sign in here instead').click();
  await modal.signIn('good', 'wrong');
  await expect(modal.alert).toContainText(`${SUNRISE} did not accept this login.`);
  await modal.signIn('tos');
  await expect(modal.alert).toContainText(`${SUNRISE} needs something from you first.`);
  await modal.signIn('site_down');
  await expect(modal.alert).toContainText(`${SUNRISE} is not answering.`);
});
