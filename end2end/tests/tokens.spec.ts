// Connect tokens: bad ones, used ones, and where they may not appear.
import { connectToken, exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { Modal, PGE, PLAIN } from '../support/modal';

const malformed = ['', 'nonsense', 'cnt_test_ct_short', 'cnt_test_ac_0000000000000000000000_0000000000000000000000000000000000000000000000000'];
const unknown = `cnt_test_ct_${'0'.repeat(22)}_${'0'.repeat(49)}`;

for (const token of malformed) {
  test(`malformed: “${token}”`, async ({ modal, page }) => {
    await page.goto(PLAIN);
    await page.evaluate((value) => { window.token = value; }, token);
    await page.getByRole('button', { name: 'Connect your utility' }).click();
    await modal.ends('onExit', 'token_invalid', {});
    expect(await page.evaluate(() => window.openings), 'nothing was shown').toBe(0);
  });
}

test('unknown', async ({ modal, page, problems }) => {
  problems.expect(/status of 401 .*_connect\/load/);
  await page.goto(PLAIN);
  await page.evaluate((value) => { window.token = value; }, unknown);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ends('onExit', 'token_invalid', {});
  // Known by now, so told at once.
  await page.evaluate(() => { window.calls = []; });
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ends('onExit', 'token_invalid', {});
});

test('used up', async ({ modal, page, problems, start }) => {
  problems.expect(/status of 401 .*_connect\/load/);
  const token = await start('pge');
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await exchange(await modal.done());
  await page.evaluate((value) => { window.calls = []; window.token = value; }, token);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ends('onExit', 'token_invalid', {});
});

test('a bad token is told at open, not before', async ({ modal, page, problems }) => {
  problems.expect(/status of 401 .*_connect\/load/);
  await page.goto(PLAIN);
  const checked = page.waitForResponse(/_connect\/load/);
  await page.evaluate((tokens) => {
    for (const token of tokens) window.PelmConnect.initialize({ connectToken: token, ...window.callbacks() });
  }, ['', 'nonsense', unknown]);
  await checked;
  await expect.poll(() => page.evaluate(() => window.calls)).toEqual([['onReady'], ['onReady'], ['onReady']]);
  await page.evaluate(() => window.PelmConnect.open());
  await modal.ends('onExit', 'token_invalid', {});
});

test('used up in another window: the next action says so', async ({ context, modal, problems, start, axe }) => {
  problems.expect(/status of 401 .*_connect\/submit_login/);
  const token = await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  const other = new Modal(await context.newPage());
  await other.open(token);
  await other.signIn('good');
  await other.linked();
  await exchange(await other.done());

  await modal.page.bringToFront();
  await modal.signIn('good');
  await modal.at('This session has ended');
  await axe();
  await expect(modal.button('Back')).toBeHidden();
  await modal.frame.locator('.foot').getByRole('button', { name: 'Close' }).click();
  await modal.ends('onExit', 'token_invalid', {});
});

test('the token is in no URL, no referrer, and not in the frame’s HTML', async ({ modal, page, start, user }) => {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url(), request.headers()['referer'] ?? ''));
  const html: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/connect/frame')) html.push(response.text());
  });
  const token = await start();
  await modal.choose(PGE, 'pacific gas');
  await modal.signIn('mfa_sms', 'password');
  await modal.verify('123456');
  await modal.linked();
  const secret = token.split('_').at(-1)!;
  const shown = await modal.document().content();
  expect(shown).not.toContain(secret);
  expect(modal.document().url()).not.toContain(secret);
  await modal.done();
  expect(html).toHaveLength(1);
  const parts = [await html[0]!, ...urls];
  expect(parts.filter((part) => part.includes(secret) || part.includes(user))).toEqual([]);
  expect(urls.filter((url) => url.includes('123456') || url.includes('mfa_sms'))).toEqual([]);
});

test('the frame answers no page but the one it was made for', async ({ modal, page, problems, user }) => {
  problems.expect(/frame-ancestors/, /chrome-error/);
  const token = await connectToken(user);
  const handle = token.split('_')[3];
  await page.goto(PLAIN);
  // A page that knows the handle and says that it is somebody else: of the company's, or a stranger.
  for (const [origin, ancestors] of [['http://localhost:3999', 'http://localhost:3999'], ['https://shop.example', "'none'"]] as const) {
    const answer = page.waitForResponse(/connect\/frame/);
    await page.evaluate((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
    }, `http://localhost:8080/connect/frame?s=${handle}&o=${encodeURIComponent(origin)}#0`);
    expect((await answer).headers()['content-security-policy']).toContain(`frame-ancestors ${ancestors};`);
    await expect(page.frameLocator('iframe').last().getByRole('heading', { name: /Northwind/ })).toBeHidden();
  }
  await expect(modal.dialog).toHaveCount(0);
});
