// The npm package react-pelm-connect as it is, in a React app under StrictMode with an inline config.
import { expect, test } from '../support/fixtures';
import { HOST, PGE } from '../support/modal';

const outcomes = (page: import('@playwright/test').Page) => page.getByRole('list', { name: 'Outcomes' }).getByRole('listitem');

for (const name of ['Link by the hook', 'Connect your utility']) {
  // The hook initializes again after the success, with the token that is used up by then: the
  // loader knows it and asks the server nothing (any message of the browser fails a test).
  test(`links an account: ${name}`, async ({ modal, page, user }) => {
    await page.goto(`${HOST}/react.html?user=${user}`);
    const opener = page.getByRole('button', { name });
    await expect(opener).toBeEnabled();
    await opener.click();
    await modal.ready();
    await modal.choose(PGE, 'pacific gas');
    await modal.signIn('user@pelm.com');
    await modal.share();
    await modal.linked();
    await modal.button('Done').click();
    await expect(outcomes(page)).toHaveText(['linked 1077345636 2077345636']);
    await expect(opener).toBeFocused();
  });
}

test('an exit is told once, and the app can open it again', async ({ modal, page, user }) => {
  await page.goto(`${HOST}/react.html?user=${user}`);
  const opener = page.getByRole('button', { name: 'Link by the hook' });
  for (let times = 1; times <= 2; times += 1) {
    await opener.click();
    await modal.ready();
    await modal.close();
    await expect(outcomes(page)).toHaveText(Array<string>(times).fill('user_initiated_exit {}'));
  }
});

test('renders while the modal is open do not disturb it', async ({ modal, page, user }) => {
  await page.goto(`${HOST}/react.html?user=${user}`);
  await page.getByRole('button', { name: 'Link by the hook' }).click();
  await modal.ready();
  await modal.choose(PGE, 'pacific gas');
  await modal.type('good', 'password');
  for (let i = 1; i <= 3; i += 1) {
    await page.evaluate(() => (window as unknown as { render(): void }).render());
    await expect(page.getByText(`Renders asked for: ${i}`)).toBeAttached();
  }
  await expect(modal.username).toHaveValue('good');
  await modal.button('Sign in').click();
  await modal.linked();
  await modal.button('Done').click();
  await expect(outcomes(page)).toHaveText([/^linked \d+$/]);
});

test('the hook’s exit closes the modal', async ({ modal, page, user }) => {
  await page.goto(`${HOST}/react.html?user=${user}`);
  await page.getByRole('button', { name: 'Link by the hook' }).click();
  await modal.ready();
  await page.evaluate(() => (window as unknown as { exitConnect(): void }).exitConnect());
  await expect(modal.dialog).toBeHidden();
  await expect(outcomes(page)).toHaveCount(0);
});

test('the script comes from localhost:8080, and two hooks share one frame', async ({ modal, page, user }) => {
  await page.goto(`${HOST}/react.html?user=${user}`);
  await expect(page.getByRole('button', { name: 'Link by the hook' })).toBeEnabled();
  await expect(page.getByRole('button', { name: 'Connect your utility' })).toBeEnabled();
  expect(await page.locator('script[src="http://localhost:8080/initialize.js"]').count()).toBeGreaterThan(0);
  await expect(modal.iframe).toHaveCount(1);
});
