// window.PelmConnect, as docs/EMBEDDING.md describes it.
import type { Page } from '@playwright/test';
import { connectToken } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PLAIN } from '../support/modal';

const calls = (page: Page) => page.evaluate(() => window.calls);

test('initialize, many times: onReady each time, never before it returns, one frame', async ({ modal, page, user }) => {
  const token = await connectToken(user);
  await page.goto(PLAIN);
  const early = await page.evaluate((connectToken) => {
    for (let i = 0; i < 3; i += 1) window.PelmConnect.initialize({ connectToken, ...window.callbacks() });
    return window.calls.length;
  }, token);
  expect(early).toBe(0);
  await expect.poll(() => calls(page)).toEqual([['onReady'], ['onReady'], ['onReady']]);
  await expect(modal.iframe).toHaveCount(1);
  await modal.iframe.evaluate((frame) => { frame.dataset.first = ''; });
  await page.evaluate((connectToken) => window.PelmConnect.initialize({ connectToken, ...window.callbacks() }), token);
  await expect.poll(() => calls(page)).toHaveLength(4);
  await expect(modal.iframe).toHaveAttribute('data-first', '');
  await expect(modal.iframe).toHaveCount(1);
  await expect(modal.dialog).toBeHidden();
});

test('initialize with a new token makes a new frame', async ({ modal, page, user }) => {
  const [first, second] = [await connectToken(user), await connectToken(user)];
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => window.PelmConnect.initialize({ connectToken }), first);
  await modal.iframe.evaluate((frame) => { frame.dataset.first = ''; });
  await page.evaluate((connectToken) => window.PelmConnect.initialize({ connectToken }), second);
  await expect(modal.iframe).toHaveCount(1);
  await expect(modal.iframe).not.toHaveAttribute('data-first');
});

test('initialize without a token prepares nothing', async ({ modal, page }) => {
  await page.goto(PLAIN);
  await page.evaluate(() => {
    window.PelmConnect.initialize({ connectToken: undefined, ...window.callbacks() });
    window.PelmConnect.initialize({ connectToken: null, ...window.callbacks() });
  });
  await expect(modal.dialog).toHaveCount(0);
  expect(await calls(page)).toEqual([]);
});

test('initialize while the modal is open leaves it alone', async ({ modal, page, start }) => {
  const token = await start('pge');
  await modal.proceed();
  await modal.username.fill('half');
  await page.evaluate((connectToken) => window.PelmConnect.initialize({ connectToken, ...window.callbacks() }), token);
  await expect.poll(() => calls(page)).toEqual([['onReady']]);
  await expect(modal.username).toHaveValue('half');
  await expect(modal.dialog).toBeVisible();
});

test('open() without a config takes that of initialize', async ({ modal, page, user }) => {
  const token = await connectToken(user);
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => {
    window.PelmConnect.initialize({ connectToken, ...window.callbacks() });
    window.PelmConnect.open();
  }, token);
  await modal.ready();
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('open(config) works without initialize; callbacks given at open win', async ({ modal, page, user }) => {
  const token = await connectToken(user);
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => {
    window.PelmConnect.open({ connectToken, ...window.callbacks() });
  }, token);
  await modal.ready();
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});

  await page.evaluate((connectToken) => {
    window.calls = [];
    window.PelmConnect.initialize({ connectToken, ...window.callbacks('initialized ') });
    window.PelmConnect.open({ onExit: window.callbacks('opened ').onExit });
  }, token);
  await modal.ready();
  await modal.close();
  await modal.ends('opened onExit', 'user_initiated_exit', {});
});

test('of callbacks not given at open the newest of initialize counts', async ({ modal, page, user }) => {
  const token = await connectToken(user);
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => {
    window.PelmConnect.initialize({ connectToken, ...window.callbacks('old ') });
    window.PelmConnect.open();
    window.PelmConnect.initialize({ connectToken, ...window.callbacks('new ') });
  }, token);
  await modal.ready();
  await modal.close();
  await modal.ends('new onExit', 'user_initiated_exit', {});
});

test('open while open does nothing', async ({ modal, page, start }) => {
  const token = await start();
  await page.evaluate((connectToken) => window.PelmConnect.open({ connectToken, ...window.callbacks('second ') }), token);
  await expect(modal.iframe).toHaveCount(1);
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('the script included again changes nothing, open or not', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.username.fill('half');
  await page.evaluate(() => { (window as { first?: object }).first = window.PelmConnect; });
  await page.addScriptTag({ url: 'http://localhost:8080/initialize.js' });
  await page.addScriptTag({ url: 'http://localhost:8080/connect/pelm-connect.js' });
  expect(await page.evaluate(() => (window as { first?: object }).first === window.PelmConnect)).toBe(true);
  await expect(modal.username).toHaveValue('half');
  await expect(modal.iframe).toHaveCount(1);
});

test('a wrapper that listens to the script after it has loaded is told, and only that one', async ({ page }) => {
  await page.goto(PLAIN);
  const told = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.src = 'http://localhost:8080/initialize.js';
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      script.addEventListener('load', () => { heard.push('in time'); resolve(); });
      document.body.append(script);
    });
    await new Promise<void>((resolve) => {
      script.addEventListener('load', ({ type }) => { heard.push(`late: ${type}`); resolve(); });
    });
    return heard;
  });
  expect(told).toEqual(['in time', 'late: load']);
});

test('exit() closes without a callback; the next open is a new one', async ({ modal, page, start }) => {
  const token = await start();
  await page.evaluate(() => window.PelmConnect.exit());
  await expect(modal.dialog).toBeHidden();
  await page.evaluate(() => window.PelmConnect.exit());
  await modal.reopen(token);
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('an error in a callback is the page’s, and disturbs nothing', async ({ modal, page, problems, user }) => {
  problems.expect(/uncaught: Error: a fault of the page/);
  const token = await connectToken(user);
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => {
    window.PelmConnect.open({
      connectToken,
      onExit: (...values: unknown[]) => {
        window.calls.push(['onExit', ...values]);
        throw new Error('a fault of the page');
      },
    });
  }, token);
  await modal.ready();
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
  await page.evaluate(() => { window.calls = []; });
  await modal.reopen(token);
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('what is not a function is no callback', async ({ modal, page, user }) => {
  const token = await connectToken(user);
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => {
    window.PelmConnect.initialize({ connectToken, onReady: 'yes', onExit: {}, onSuccess: 1 });
    window.PelmConnect.open({ onExit: null });
  }, token);
  await modal.ready();
  await modal.close();
  await expect(modal.dialog).toBeHidden();
});

test('connect:open and connect:close, the latter before the callback', async ({ modal, page, user }) => {
  const token = await connectToken(user);
  await page.goto(PLAIN);
  await page.evaluate((connectToken) => {
    for (const name of ['connect:open', 'connect:close']) {
      window.addEventListener(name, () => window.calls.push([name, document.activeElement?.id]));
    }
    document.getElementById('name')!.focus();
    window.PelmConnect.open({ connectToken, ...window.callbacks() });
  }, token);
  await modal.ready();
  await modal.close();
  await expect.poll(() => calls(page)).toEqual([
    ['connect:open', 'name'],
    ['connect:close', 'name'],
    ['onExit', 'user_initiated_exit', {}],
  ]);
});

test('a frame that is reloaded while open goes on', async ({ modal, start }) => {
  await start();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
  await modal.document().evaluate(() => location.reload());
  await expect(modal.frame.locator('.stage')).toHaveAttribute('data-shown', 'true');
  await modal.at('Who sends your energy bill?');
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('messages that pretend to be the frame’s are ignored', async ({ modal, page, start }) => {
  await start();
  await page.evaluate(() => {
    const pretended = [
      { connect: 1, type: 'success', code: 'cnt_test_ac_made_up' },
      { connect: 1, type: 'exit', status: 'user_initiated_exit' },
      { connect: 1, type: 'hello', nonce: '' },
    ];
    for (const message of pretended) window.postMessage(message, '*');
  });
  // Messages are delivered in order: what comes after them has seen them pass.
  await page.evaluate(() => new Promise((resolve) => {
    window.addEventListener('message', ({ data }) => { if (data === 'last') resolve(null); });
    window.postMessage('last', '*');
  }));
  expect(await modal.outcomes()).toEqual([]);
  await expect(modal.dialog).toBeVisible();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
});
