// What a customer types and what their link is worth is left nowhere in the browser.
import { connectToken } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PGE } from '../support/modal';

test('no secret is left anywhere in the browser', async ({ context, modal, page, user }) => {
  const wrong = 'canary-wrong-password-7f3a';
  const requests: string[] = [];
  const said: string[] = [];
  context.on('request', (request) => requests.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  context.on('console', (message) => said.push(message.text()));
  const token = await connectToken(user);
  await modal.open(token);
  await modal.choose(PGE, 'pacific');
  await modal.signIn('mfa_sms', wrong);
  await expect(modal.alert).toBeVisible();
  await modal.signIn('mfa_sms');
  await modal.verify('123456');
  await modal.linked();
  const inFrame = page.frames().find((frame) => frame.url().includes('/connect/frame'))!;
  const kept = async () => {
    const of = async () => {
      // The browser denies the frame, which is another site's, all storage. Connect wants none.
      const read = async (what: () => unknown) => {
        try { return JSON.stringify(await what()); } catch { return 'denied'; }
      };
      return [
        location.href,
        document.documentElement.outerHTML,
        await read(() => [...document.querySelectorAll('input')].map(({ value }) => value)),
        await read(() => [history.length, history.state]),
        await read(() => document.cookie),
        await read(() => ({ ...localStorage })),
        await read(() => ({ ...sessionStorage })),
        await read(() => indexedDB.databases()),
        await read(() => caches.keys()),
        await read(() => performance.getEntries().map(({ name }) => name)),
      ];
    };
    return JSON.stringify([await inFrame.evaluate(of), await page.evaluate(of)]);
  };
  const afterLink = await kept();
  const code = await modal.done();
  const everywhere = [...requests, ...said, afterLink, JSON.stringify(await context.cookies())].join('\n');
  for (const secret of [wrong, '"password"', '123456', token.slice(-49), code]) {
    expect(everywhere.split('\n').filter((text) => text.includes(secret)), secret).toEqual([]);
  }
  expect(await context.cookies()).toEqual([]);
});
