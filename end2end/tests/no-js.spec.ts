// Without JavaScript: every step is a form, in the whole window and in a frame of the company's page.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FrameLocator, Page } from '@playwright/test';
import { accounts, connectToken, CONNECT, exchange } from '../support/api';
import { examine, paint, prepare } from '../support/axe';
import { expect, test as base } from '../support/fixtures';
import { CHEROKEE, HOST, PGE, SAMPLE, SUNRISE, signInAtSunrise } from '../support/modal';

const BACK = `${HOST}/back`;
const folder = resolve(__dirname, '..', process.env.CONNECT_DOCS_SCREENS === '1' ? '../docs/screens' : 'test-results/screens');

/** The screens, wherever they stand. */
class Screens {
  constructor(readonly place: Page | FrameLocator) {}

  button = (name: string | RegExp) => this.place.getByRole('button', { name, exact: typeof name === 'string' });
  field = (name: string) => this.place.getByLabel(name, { exact: true });

  async at(title: string | RegExp) {
    await expect(this.place.locator('.stage:last-of-type').getByRole('heading', { level: 1 })).toHaveText(title, { timeout: 15_000 });
  }

  async choose(query: string, utility = query) {
    await this.button('Continue').click();
    await this.at('Who sends your energy bill?');
    await this.place.getByRole('searchbox').fill(query);
    await this.button('Search').click();
    await this.button(new RegExp(utility)).click();
    await this.at(`Sign in to ${utility}`);
  }

  async signIn(username: string, password = 'password') {
    await this.field('User name or e-mail').fill(username);
    await this.field('Password').fill(password);
    await this.button('Sign in').click();
  }

  async verify(code: string) {
    await this.field('Code').fill(code);
    await this.button('Verify').click();
  }
}

type Fixtures = {
  /** Addresses that the browser has asked for. */
  addresses: string[];
  screens: Screens;
  /** Opens Connect in the whole window, by a link. */
  enter: (utility_slug?: string) => Promise<void>;
  /** Looks at a screen: axe, a picture, no sideways scroll. */
  look: (name: string) => Promise<void>;
};

const test = base.extend<Fixtures>({
  addresses: [
    async ({ context }, use) => {
      const addresses: string[] = [];
      context.on('request', (request) => addresses.push(request.url()));
      await use(addresses);
      for (const address of addresses) {
        expect(address, 'nothing typed is in an address').not.toMatch(/password|mfa_|123.?456|user@pelm|pacific/i);
      }
    },
    { auto: true },
  ],
  // Firefox tells of each script that support/no-script.mjs forbids.
  problems: async ({ browserName, problems }, use) => {
    if (browserName === 'firefox') problems.expect(/script-src/);
    await use(problems);
  },
  screens: async ({ page }, use) => use(new Screens(page)),
  enter: async ({ page, user }, use) => {
    await use(async (utility_slug) => {
      const token = await connectToken(user, utility_slug ? { utility_slug } : {});
      await page.goto(`${CONNECT}/?${new URLSearchParams({ redirect_uri: BACK, connect_token: token, state: 'a state & more' })}`);
    });
  },
  look: async ({ browser, browserName, page }, use) => {
    const viewport = page.viewportSize()!;
    const context = await browser.newContext({ viewport, javaScriptEnabled: true, reducedMotion: 'reduce' });
    const copy = await context.newPage();
    await use(async (name) => {
      // For a picture of Firefox, Playwright puts a style into the page, which its policy forbids.
      if (browserName === 'chromium') {
        mkdirSync(folder, { recursive: true });
        await page.screenshot({ path: join(folder, `no-js-${name}-${viewport.width}.png`) });
      }
      // axe is a script: it looks at the same document where scripts run. The document's own are left out.
      const body = (await page.content()).replace(/<script.*?<\/script>/gs, '');
      const address = `${CONNECT}/a-copy-of/${name}`;
      await copy.route(address, (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }));
      await copy.goto(address);
      await prepare(copy);
      // Firefox knows one scheme only (support/firefox.mjs).
      for (const colorScheme of browserName === 'chromium' ? (['dark', 'light'] as const) : (['light'] as const)) {
        await paint(copy, colorScheme);
        expect.soft(await examine(copy), `axe: ${name}, ${colorScheme}`).toEqual({ violations: [], incomplete: [] });
      }
      const width = await copy.evaluate(() => document.documentElement.scrollWidth);
      expect.soft(width, `${name} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
    });
    await context.close();
  },
});

test('scripts do not run here', async ({ page }) => {
  await page.goto(`${HOST}/plain.html`);
  await expect(page.getByRole('button', { name: 'Connect your utility' })).toBeVisible();
  expect(await page.evaluate(() => 'PelmConnect' in window)).toBe(false);
});

test('a link, every screen and mistake on the way, and back with a code', async ({ addresses, enter, look, page, screens }) => {
  await enter();
  await screens.at(/^Northwind Solar would like/);
  await expect(page).toHaveTitle(/^Northwind Solar would like .+ – /);
  await look('welcome');
  await screens.button('Continue').click();
  await screens.at('Who sends your energy bill?');
  await look('select');
  await page.getByText('I can’t find my utility').click();
  await expect(page.getByText(/landlord/)).toBeVisible();
  await page.getByRole('searchbox').fill('zzzz');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No utility matches “zzzz”')).toBeVisible();
  await look('nothing-found');
  await page.getByRole('searchbox').fill('PG&E');
  await page.keyboard.press('Enter');
  await screens.button(/Pacific Gas and Electric/).click();
  await screens.at(`Sign in to ${PGE}`);
  await look('credentials');
  await screens.button('Sign in').click();
  await expect(screens.field('Password')).toHaveAccessibleDescription('Enter your password.');
  await look('missing');
  await screens.signIn('mfa_choose', 'wrong');
  await expect(page.locator('.note')).toContainText('did not accept this login');
  // What was typed need not be typed again, but for the password.
  await expect(screens.field('User name or e-mail')).toHaveValue('mfa_choose');
  await expect(screens.field('Password')).toHaveValue('');
  await screens.signIn('mfa_choose');
  await screens.at(`How should ${PGE} confirm it’s you?`);
  await look('method');
  await screens.button(/^Text message/).click();
  await screens.at(`Enter the code from ${PGE}`);
  // Nothing counts down here, so no seconds are shown.
  await expect(page.locator('.valid')).toHaveText('Valid for 5 minutes');
  await look('code');
  await screens.button('Send again').click();
  await expect(page.locator('.note')).toBeVisible();
  await screens.verify('000000');
  await expect(screens.field('Code')).toHaveAttribute('aria-invalid', 'true');
  await screens.button('Use another method').click();
  await screens.button(/^E-mail/).click();
  await screens.verify('123 456');
  await screens.at(`${PGE} is linked`);
  await look('linked');
  await screens.button('Done').click();
  await page.waitForURL(`${BACK}?**`);
  const outcome = new URL(page.url()).searchParams;
  expect(outcome.get('state')).toBe('a state & more');
  expect(await accounts(await exchange(outcome.get('code')!))).not.toEqual([]);
  const told = addresses.filter((address) => address.includes('cnt_') && !address.startsWith(BACK));
  expect(told, 'the token is in the link alone').toHaveLength(1);
});

test('in a frame of a page without script', async ({ page, user }) => {
  await page.goto(`${HOST}/form?frame&token=${await connectToken(user)}`);
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  const screens = new Screens(page.frameLocator('iframe'));
  await screens.choose('pacific gas', PGE);
  await screens.signIn('mfa_sms');
  await screens.verify('123-456');
  await screens.at(`${PGE} is linked`);
  await screens.button('Done').click();
  // The company's page, not a page in its frame.
  await page.waitForURL(`${BACK}?code=**`);
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
});

test('by the keyboard alone', async ({ enter, page, screens }) => {
  await enter('pge');
  const tabTo = async (name: string | RegExp) => {
    for (let i = 0; i < 15; i += 1) {
      await page.keyboard.press('Tab');
      const focused = page.locator('*:focus');
      if ((await focused.count()) && (await focused.and(screens.button(name).or(page.getByLabel(name as string, { exact: true }))).count())) return;
    }
    throw new Error(`Tab does not reach ${String(name)}`);
  };
  await tabTo('Continue');
  await page.keyboard.press('Enter');
  await screens.at(`Sign in to ${PGE}`);
  await tabTo('User name or e-mail');
  await page.keyboard.type('good');
  await tabTo('Password');
  await page.keyboard.type('password');
  // The form's own button answers to Enter, not the first one of the screen.
  await page.keyboard.press('Enter');
  await screens.at(`${PGE} is linked`);
  await tabTo('Done');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${BACK}?code=**`);
});

test('back, another utility, and leaving with what is known', async ({ enter, page, screens }) => {
  await enter();
  await screens.choose(CHEROKEE);
  await screens.button('Back').click();
  await screens.at('Who sends your energy bill?');
  await page.getByRole('searchbox').fill(CHEROKEE);
  await page.keyboard.press('Enter');
  await screens.button(new RegExp(CHEROKEE)).click();
  await screens.field('User name or e-mail').fill('a');
  await screens.field('Password').fill('b');
  await screens.field('Password').press('Enter');
  await screens.at(`We cannot link ${CHEROKEE} yet`);
  await screens.button('Close').last().click();
  await page.waitForURL(`${BACK}?error=**`);
  const outcome = new URL(page.url()).searchParams;
  expect(outcome.get('error')).toBe('unavailable_utility_credentials_submitted');
  expect(outcome.get('utility_name')).toBe(CHEROKEE);
});

test('leaving at once, and coming back to where one was', async ({ enter, page, screens }) => {
  await enter('pge');
  const link = page.url();
  await screens.button('Continue').click();
  await screens.signIn('mfa_sms');
  await screens.at(`Enter the code from ${PGE}`);
  await screens.button('Close').first().click();
  await page.waitForURL(`${BACK}?error=user_initiated_exit&**`);
  // Another window, another device: what waits for a code still does.
  await page.goto(link);
  await screens.at(`Enter the code from ${PGE}`);
  await screens.verify('123456');
  await screens.at(`${PGE} is linked`);
});

test('a check that takes long says so until the answer is there, in one document', async ({ enter, page, screens }) => {
  await enter('pge');
  await screens.button('Continue').click();
  await screens.field('User name or e-mail').fill('slow');
  await screens.field('Password').fill('password');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.keyboard.press('Enter');
  await expect(page.locator('.passing').getByRole('heading')).toBeVisible();
  await screens.at(`${PGE} is linked`);
  await expect(page.locator('.passing')).toBeHidden();
  expect(asked.filter((address) => address.endsWith('/connect/step'))).toHaveLength(1);
});

test('approval on another device', async ({ enter, look, page, screens }) => {
  await enter('pge');
  await screens.button('Continue').click();
  await screens.signIn('mfa_push_declined');
  await screens.button(/^Approve it in the app/).click();
  await screens.at('Approve the login on your device');
  await look('approve');
  await screens.button('I have approved it').click();
  await expect(page.locator('.note')).toContainText('The request was declined');
  await screens.button('Send the request again').click();
  await screens.button('I have approved it').click();
  await screens.at(`${PGE} is linked`);
});

test('a file of one’s own', async ({ enter, look, page, screens }) => {
  await enter();
  await screens.choose(CHEROKEE);
  await screens.button(/Green Button/).click();
  await screens.at('Upload your Green Button file');
  await look('upload');
  await screens.button('Read this file').click();
  await expect(page.locator('.note')).toBeVisible();
  await page.locator('#file').setInputFiles({ name: 'usage.xml', mimeType: 'text/xml', buffer: SAMPLE });
  await screens.button('Read this file').click();
  await screens.at('Here is what we found');
  await look('preview');
  await screens.button(/^Link/).click();
  await screens.at(`${CHEROKEE} is linked`);
  await screens.button('Done').click();
  await page.waitForURL(`${BACK}?code=**`);
});

test('what is shared, which meters, and the receipt', async ({ context, enter, look, page, screens }) => {
  await enter('pge');
  await screens.button('Choose what is shared').click();
  await screens.at('Choose what is shared');
  await look('sharing');
  await page.getByLabel('Bills').uncheck();
  await page.getByLabel('Meter readings').uncheck();
  await screens.button('Save this choice').click();
  await expect(page.locator('.note')).toContainText('Nothing is chosen.');
  await page.getByLabel('Meter readings').check();
  await page.getByLabel('For 3 months').check();
  // The form's own button answers to Enter.
  await page.getByLabel('For 3 months').press('Enter');
  await screens.at(/^Northwind Solar would like/);
  await expect(page.getByText('Sharing ends by itself after 3 months.')).toBeVisible();
  await screens.button('Continue').click();
  await screens.signIn('multi_account');
  await screens.at('Which meters do you share?');
  await look('meters');
  for (const meter of await page.getByRole('checkbox').all()) await meter.uncheck();
  await screens.button('Share these meters').click();
  await expect(page.locator('.note')).toContainText('No meter is chosen.');
  await page.getByRole('checkbox').first().check();
  await page.getByRole('checkbox').last().check();
  await screens.button('Share these meters').click();
  await screens.at(`${PGE} is linked`);
  await expect(page.locator('.accounts li')).toHaveCount(2);
  const [receipt] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: /^Your receipt/ }).click()]);
  await expect(receipt.getByText('without bills')).toBeVisible();
  await receipt.getByText('Stop sharing', { exact: true }).click();
  await receipt.getByRole('button', { name: 'Yes, stop sharing' }).click();
  await expect(receipt.getByRole('heading', { name: 'Nothing is shared any more' })).toBeVisible();
});

test('consent at the utility’s own site', async ({ context, enter, problems, screens }) => {
  problems.expect(/^request: http:\/\/127\.0\.0\.1:80[89]0\//);
  await enter('sunrise');
  await screens.button('Continue').click();
  await screens.at(`Agree on ${SUNRISE}’s site`);
  const [utility] = await Promise.all([context.waitForEvent('page'), screens.button(/^Continue to/).click()]);
  await signInAtSunrise(utility, 'good');
  await utility.getByRole('button', { name: 'Share my data' }).click();
  // Either window goes on.
  await utility.getByRole('button', { name: 'Continue' }).click();
  await new Screens(utility).at(`${SUNRISE} is linked`);
  await screens.button('I have agreed: go on').click();
  await screens.at(`${SUNRISE} is linked`);
});

test('the quickstart’s form leads through Connect and back', async ({ page, problems, screens, user }) => {
  problems.expect(/status of 422/);
  await page.goto(CONNECT);
  await screens.field('Your customer’s id (user_id)').fill(' ');
  await screens.button('Connect your utility').click();
  await expect(page.getByText('Enter a user id')).toBeVisible();
  await page.getByRole('link', { name: 'Back to the quickstart' }).click();
  await screens.field('Your customer’s id (user_id)').fill(user);
  await screens.field('Utility (utility_slug)').selectOption('pge');
  await screens.button('Connect your utility').click();
  await screens.at(/^Northwind Solar would like/);
  await screens.button('Continue').click();
  await screens.signIn('good');
  await screens.at(`${PGE} is linked`);
  await screens.button('Done').click();
  await expect(page.getByRole('heading', { name: /^Linked\./ })).toBeVisible();
  await expect(page.getByText(/electricity, account \d+/)).toBeVisible();
  await page.getByRole('link', { name: 'Back to the quickstart' }).click();
  await expect(page.getByRole('heading', { name: 'Sandbox logins' })).toBeVisible();
});

test('a link that is not good', async ({ look, page, problems, user }) => {
  problems.expect(/status of 40[01]/);
  await page.goto(`${CONNECT}/?redirect_uri=${BACK}&connect_token=nonsense`);
  await expect(page.getByRole('heading', { name: 'This session has ended' })).toBeVisible();
  await page.goto(`${CONNECT}/?redirect_uri=https://evil.example/&connect_token=${await connectToken(user)}`);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await look('bad-link');
});

test('in the customer’s language, which the company may choose', async ({ look, page, screens, user }) => {
  const token = await connectToken(user, { language: 'ar' });
  await page.goto(`${CONNECT}/?${new URLSearchParams({ redirect_uri: BACK, connect_token: token })}`);
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await screens.button('متابعة').click();
  await expect(page.getByRole('searchbox')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar');
  await look('select-ar');
});
