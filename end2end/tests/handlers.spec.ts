// PelmConnect.create, for pages of the first generation, from the script's older address.
import { connectToken, exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { HOST, Modal } from '../support/modal';

const OLDER = `${HOST}/older.html`;

test('create(config).open() at once', async ({ modal, user }) => {
  await modal.open(await connectToken(user, { utility_slug: 'pge' }), OLDER);
  await modal.proceed();
  await modal.signIn('good');
  await modal.linked();
  await exchange(await modal.done());
});

test('await create(config), await open()', async ({ modal, page, user }) => {
  await page.goto(OLDER);
  const opened = await page.evaluate(async (token) => {
    window.token = token;
    const older = window as unknown as { openAwaited(): Promise<void>; opened: object };
    await older.openAwaited();
    return older.opened;
  }, await connectToken(user));
  expect(opened).toEqual({});
  await modal.ready();
  await modal.close();
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('handler.exit() closes without a callback', async ({ modal, page, user }) => {
  await modal.open(await connectToken(user), OLDER);
  expect(await page.evaluate(() => (window as unknown as { handler: { exit(): Promise<object> } }).handler.exit())).toEqual({});
  await expect(modal.dialog).toBeHidden();
  expect(await modal.outcomes()).toEqual([]);
});

test('validateToken', async ({ page, problems, user }) => {
  problems.expect(/status of 401 .*_connect\/load/);
  await page.goto(OLDER);
  const answers = await page.evaluate(async (good) => {
    const { validateToken } = window.PelmConnect.create({});
    const unknown = `cnt_test_ct_${'0'.repeat(22)}_${'0'.repeat(49)}`;
    return Promise.all([good, unknown, '', 'nonsense', undefined, null, 7].map(validateToken));
  }, await connectToken(user));
  expect(answers).toEqual([true, false, false, false, false, false, false]);
  await expect(page.locator('iframe'), 'no frame is left').toHaveCount(0);
});

test('two handlers on one page do not mix', async ({ page, user }) => {
  const tokens = [await connectToken(`${user}-1`), await connectToken(`${user}-2`, { utility_slug: 'pge' })];
  await page.goto(OLDER);
  await page.evaluate((all) => {
    const handlers = all.map((connectToken, i) =>
      window.PelmConnect.create({ connectToken, onExit: (...values: unknown[]) => window.calls.push([`${i} onExit`, ...values]) }),
    );
    Object.assign(window, { handlers });
    handlers[1]!.open();
  }, tokens);
  await expect(page.locator('dialog[data-connect]')).toHaveCount(2);
  const second = page.frameLocator('dialog[data-connect][open] iframe');
  await expect(second.getByText('Link your Pacific Gas and Electric account once.')).toBeVisible();
  await expect(second.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await second.getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => new Modal(page).outcomes()).toEqual([['1 onExit', 'user_initiated_exit', {}]]);
  await expect(page.locator('dialog[data-connect][open]')).toHaveCount(0);
});
