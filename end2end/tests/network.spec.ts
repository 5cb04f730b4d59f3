// The connection fails at some point.
import { connectToken } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PGE, PLAIN, type Modal } from '../support/modal';

const notice = (modal: Modal) => modal.frame.locator('.network').getByRole('alert');
const LOST = /^\s*The connection was lost.\s*Check your internet connection, then try again. Nothing is lost.$/;

test.beforeEach(({ problems }) => {
  problems.expect(/net::ERR_FAILED/, /net::ERR_INTERNET_DISCONNECTED/);
});

test('lost at Welcome, then back', async ({ modal, page, start }) => {
  await start();
  await page.route('**/_connect/**', (route) => route.abort());
  await modal.proceed();
  await expect(notice(modal)).toHaveText(LOST);
  await modal.at('Northwind Solar would like to read your energy data');
  await page.unroute('**/_connect/**');
  await modal.button('Try again').click();
  await expect(notice(modal)).toBeHidden();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
});

test('lost at the login: what was typed is still there afterwards', async ({ modal, page, start }) => {
  const asked = page.waitForRequest(/_connect\/load/);
  await start('pge');
  const request = await asked;
  /** Where the customer is, as the modal asks it. */
  const load = async () => {
    const answer = await fetch(request.url(), { method: 'POST', headers: request.headers(), body: new Uint8Array(request.postDataBuffer()!) });
    return Buffer.from(await answer.arrayBuffer()).toString('hex');
  };
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  const before = await load();
  await page.route('**/_connect/**', (route) => route.abort());
  await modal.signIn('good');
  await expect(notice(modal)).toHaveText(LOST);
  await expect(modal.username).toHaveValue('good');
  // The answer tells the seconds that the token has left, too.
  await expect.poll(load).not.toBe(before);
  await page.unroute('**/_connect/**');
  const loaded = page.waitForResponse(/_connect\/load/);
  await modal.button('Try again').click();
  await (await loaded).finished();
  await expect(notice(modal)).toBeHidden();
  await expect(modal.username).toHaveValue('good');
  await expect(modal.password).toHaveValue('password');
  await modal.button('Sign in').click();
  await modal.linked();
  await modal.done();
});

test('the answer to a login is lost: trying again shows where it led', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await page.route('**/_connect/submit_login', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await modal.signIn('mfa_sms');
  await expect(notice(modal)).toHaveText(LOST);
  await modal.button('Try again').click();
  await modal.at(`Enter the code from ${PGE}`);
  await expect(notice(modal)).toBeHidden();
  await modal.verify('123456');
  await modal.linked();
  await modal.done();
});

test('lost while the utility is asked: it goes on by itself', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  let failed = 0;
  await page.route('**/_connect/wait', (route) => {
    failed += 1;
    return failed === 1 ? route.abort() : route.continue();
  });
  await modal.signIn('slow');
  await expect(notice(modal)).toHaveText(LOST);
  await modal.linked();
  await expect(notice(modal)).toBeHidden();
  await modal.done();
});

test('lost at Done: the link is there, and trying again ends it', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await page.route('**/_connect/finish', (route) => route.abort());
  await modal.button('Done').click();
  await expect(notice(modal)).toHaveText(LOST);
  expect(await modal.outcomes()).toEqual([]);
  await page.unroute('**/_connect/finish');
  await modal.button('Done').click();
  await modal.succeeds();
});

test('the answer to Done is lost: the next try is a success, too', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await page.route('**/_connect/finish', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await modal.button('Done').click();
  await expect(notice(modal)).toHaveText(LOST);
  await page.unroute('**/_connect/finish');
  await modal.button('Done').click();
  await modal.succeeds();
});

/** From Welcome to a search that is lost. */
async function loseSearch(modal: Modal, query: string) {
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
  await modal.page.route('**/_connect/**', (route) => route.abort());
  await modal.search.fill(query);
  await expect(notice(modal)).toHaveText(LOST);
  await modal.page.unroute('**/_connect/**');
}

test('lost during a search: typing on searches again', async ({ modal, start }) => {
  await start();
  await loseSearch(modal, 'pacific');
  await expect(modal.search).toHaveValue('pacific');
  await modal.search.fill('pacific gas');
  await expect(modal.option(PGE)).toBeVisible();
  await expect(notice(modal)).toBeHidden();
});

test('lost during a search: trying again searches for what stands there', async ({ modal, start }) => {
  await start();
  await loseSearch(modal, 'pacific gas');
  // Nothing is under way, and nothing looks as if it were.
  await expect(modal.frame.locator('.search')).not.toHaveAttribute('data-waits');
  await modal.button('Try again').click();
  await expect(modal.option(PGE)).toBeVisible();
  await expect(notice(modal)).toBeHidden();
});

test('the first question is lost: the notice comes, and trying again works', async ({ modal, page, user }) => {
  await page.route('**/_connect/load', (route) => route.abort());
  await modal.open(await connectToken(user));
  await expect(notice(modal)).toHaveText(LOST);
  await page.unroute('**/_connect/load');
  await modal.button('Try again').click();
  await expect(notice(modal)).toBeHidden();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
});

test('Connect does not load: a notice with a way out; the next opening loads afresh', async ({ modal, page, problems, user }) => {
  problems.expect(/is http:\/\/127\.0\.0\.1:4173 registered/i);
  await page.clock.install();
  await page.goto(PLAIN);
  await page.route('**/connect/frame*', () => {}); // Never answers.
  await page.evaluate((token) => { window.token = token; }, await connectToken(user));
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await page.clock.runFor(1_100);
  await expect(modal.dialog.getByRole('status')).toContainText('One moment…');
  await page.clock.runFor(11_000);
  const card = modal.dialog.getByRole('alert');
  await expect(card).toContainText('Connect could not be loaded. Check your connection, then try again.');
  await card.getByRole('button', { name: 'Close' }).click();
  await modal.ends('onExit', 'user_initiated_exit', {});
  await page.unroute('**/connect/frame*');
  await page.evaluate(() => { window.calls = []; });
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
  await modal.at('Northwind Solar would like to read your energy data');
});

test('Connect is refused: the customer need not wait, and the company’s developer is told where to look', async ({ modal, page, problems, user }) => {
  problems.expect(/ERR_/, /is http:\/\/127\.0\.0\.1:4173 registered/i);
  await page.clock.install();
  await page.goto(PLAIN);
  await page.route('**/connect/frame*', (route) => route.abort());
  await page.evaluate((token) => { window.token = token; }, await connectToken(user));
  const told = page.waitForEvent('console', (message) => message.text().includes('registered for this client'));
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await page.clock.runFor(1_100);
  await expect(modal.dialog.getByRole('alert')).toContainText('Connect could not be loaded.');
  await told;
});

test('until Connect has loaded, Escape closes at once', async ({ modal, page, user }) => {
  await page.goto(PLAIN);
  await page.route('**/connect/frame*', () => {}); // Never answers.
  await page.evaluate((token) => { window.token = token; }, await connectToken(user));
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await expect(modal.dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await modal.ends('onExit', 'user_initiated_exit', {});
});
