// Every screen, and the way to it.
import { expect, type Page } from '@playwright/test';
import { CONNECT, connectToken, exchange } from './api';
import { CHEROKEE, Modal, PGE, PLAIN, SAMPLE, SUNRISE, signInAtSunrise } from './modal';
import type { Problems } from './problems';

export type Stage = {
  page: Page;
  modal: Modal;
  problems: Problems;
  user: string;
  start: (utility_slug?: string) => Promise<string>;
  utility: { slug: string; name: string };
};

export type Screen = {
  reach: (stage: Stage) => Promise<void>;
  /** Why no copy of the tree that assistive technology sees is compared. */
  treeless?: string;
  /** A page of ours, not the modal. */
  whole?: boolean;
};

const credentials = async ({ modal, start }: Stage, slug = 'pge', name = PGE) => {
  await start(slug);
  await modal.proceed();
  await modal.at(`Sign in to ${name}`);
};

const login = (username: string) => async (stage: Stage) => {
  await credentials(stage);
  await stage.modal.signIn(username);
};

const code = async (stage: Stage) => {
  await login('mfa_sms')(stage);
  await stage.modal.at(`Enter the code from ${PGE}`);
};

const sharing = async ({ modal, start }: Stage, slug?: string) => {
  await start(slug);
  await modal.button('Choose what is shared').click();
  await modal.at('Choose what is shared');
};

const select = async ({ modal, start }: Stage) => {
  await start();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
};

const quickstart = async ({ page }: Stage) => {
  await page.goto(CONNECT);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
};

const userId = (page: Page) => page.getByLabel('Your customer’s id (user_id)');

const quickstartLinked = async (stage: Stage) => {
  const { modal, page } = stage;
  await quickstartModal(stage);
  await modal.proceed();
  await modal.signIn('user@pelm.com');
  await modal.share();
  await modal.linked();
  await modal.button('Done').click();
  await expect(page.locator('.qs-linked li')).toHaveCount(2);
  await userId(page).fill('customer-1');
};

const quickstartModal = async (stage: Stage) => {
  const { modal, page, user } = stage;
  await quickstart(stage);
  await userId(page).fill(user);
  await page.getByLabel('Utility (utility_slug)').selectOption('pge');
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
};

const consent = async ({ modal, problems, start }: Stage) => {
  problems.expect(/^request: http:\/\/127\.0\.0\.1:80[89]0\//);
  await start('sunrise');
  await modal.proceed();
  await modal.at(`Agree on ${SUNRISE}’s site`);
};

const upload = async (stage: Stage) => {
  await credentials(stage, 'cherokee-electric-cooperative', CHEROKEE);
  await stage.modal.button(/as a file/).click();
  await stage.modal.at('Upload your Green Button file');
};

export const SCREENS: Record<string, Screen> = {
  welcome: {
    reach: async ({ modal, start }) => {
      await start();
      await modal.at(/^Northwind Solar/);
    },
  },
  'welcome-utility': {
    reach: async ({ modal, start }) => {
      await start('pge');
      await modal.at(/^Northwind Solar/);
    },
  },
  sharing: { reach: sharing },
  'sharing-nothing': {
    reach: async (stage) => {
      await sharing(stage);
      await stage.modal.frame.getByLabel('Bills').uncheck();
      await stage.modal.frame.getByLabel('Meter readings').uncheck();
      await stage.modal.button('Save this choice').click();
      await expect(stage.modal.alert).toContainText('Nothing is chosen.');
    },
  },
  'welcome-shaped': {
    reach: async (stage) => {
      await sharing(stage);
      await stage.modal.shape();
    },
  },
  select: { reach: select },
  'select-results': {
    reach: async (stage) => {
      await select(stage);
      await stage.modal.search.fill('cherokee');
      await expect(stage.modal.option(CHEROKEE)).toBeVisible();
    },
  },
  'select-none': {
    reach: async (stage) => {
      await select(stage);
      await stage.modal.search.fill('xqzzy');
      await expect(stage.modal.frame.locator('.empty')).toBeVisible();
    },
  },
  'select-help': {
    reach: async (stage) => {
      await select(stage);
      await stage.modal.button('I can’t find my utility').click();
      await stage.modal.at('Finding your utility');
    },
  },
  credentials: { reach: (stage) => credentials(stage) },
  'credentials-empty': {
    reach: async (stage) => {
      await credentials(stage);
      await stage.modal.button('Sign in').click();
      await expect(stage.modal.frame.locator('#password-error')).toBeVisible();
    },
  },
  'credentials-wrong': {
    reach: async (stage) => {
      await login('bad_password')(stage);
      await expect(stage.modal.alert).toContainText('did not accept');
    },
  },
  'credentials-down': {
    reach: async (stage) => {
      await login('site_down')(stage);
      await expect(stage.modal.alert).toContainText('is not answering');
    },
  },
  told: {
    reach: async (stage) => {
      await login('site_down')(stage);
      await stage.modal.button('Tell me when it works again').click();
      await stage.modal.at('Northwind Solar will let you know');
    },
  },
  'credentials-no-accounts': {
    reach: async (stage) => {
      await login('empty')(stage);
      await expect(stage.modal.alert).toContainText('no account to share');
    },
  },
  'credentials-shown': {
    reach: async (stage) => {
      await credentials(stage);
      await stage.modal.type('user@pelm.com', 'a long password that can be read');
      await stage.modal.button('Show password').click();
    },
  },
  'credentials-unsupported': {
    reach: (stage) => credentials(stage, 'cherokee-electric-cooperative', CHEROKEE),
  },
  'credentials-update': {
    treeless: 'the utility is one of the worker’s own',
    reach: async (stage) => {
      const { modal, user, utility } = stage;
      await credentials(stage, utility.slug, utility.name);
      await modal.signIn('good');
      await modal.linked(utility.name);
      await modal.done();
      await modal.reopen(await connectToken(user));
      await modal.at(`Sign in to ${utility.name} again`);
    },
  },
  consent: { reach: consent },
  'consent-waiting': {
    reach: async (stage) => {
      await consent(stage);
      await Promise.all([stage.page.waitForEvent('popup'), stage.modal.button(/^Continue to/).click()]);
      await expect(stage.modal.frame.getByText('This page goes on by itself')).toBeVisible();
    },
  },
  'consent-blocked': {
    reach: async (stage) => {
      await consent(stage);
      await stage.modal.blockWindows();
      await stage.modal.button(/^Continue to/).click();
      await expect(stage.modal.alert).toContainText('did not open the window');
    },
  },
  'consent-denied': {
    reach: async (stage) => {
      await consent(stage);
      const [utility] = await Promise.all([stage.page.waitForEvent('popup'), stage.modal.button(/^Continue to/).click()]);
      await signInAtSunrise(utility, 'good');
      await utility.getByRole('button', { name: 'Don’t share' }).click();
      await expect(stage.modal.alert).toContainText('Nothing was shared.');
    },
  },
  upload: { reach: upload },
  'upload-damaged': {
    reach: async (stage) => {
      await upload(stage);
      await stage.modal.give('broken.xml', '<feed xmlns="http://www.w3.org/2005/Atom">\n<entry>\n</feed>');
      await expect(stage.modal.alert).toContainText('damaged or incomplete');
    },
  },
  'upload-pdf': {
    reach: async (stage) => {
      await upload(stage);
      await stage.modal.give('bill.pdf', '%PDF-1.7');
      await expect(stage.modal.alert).toContainText('This is a PDF');
    },
  },
  preview: {
    reach: async (stage) => {
      await upload(stage);
      await stage.modal.give('usage.xml', SAMPLE);
      await stage.modal.at('Here is what we found');
    },
  },
  checking: {
    reach: async (stage) => {
      await stage.page.route('**/_connect/wait', () => {}); // No answer: the screen stays.
      await login('slow')(stage);
      await stage.modal.at(`Signing in to ${PGE}`);
    },
  },
  method: {
    reach: async (stage) => {
      await login('mfa_choose')(stage);
      await stage.modal.at(/^How should/);
    },
  },
  approve: {
    reach: async (stage) => {
      await stage.page.route('**/_connect/wait', () => {}); // No answer: the screen stays.
      await login('mfa_push')(stage);
      await stage.modal.at('Approve the login on your device');
    },
  },
  'approve-declined': {
    reach: async (stage) => {
      await login('mfa_push_declined')(stage);
      await stage.modal.button(/^Approve it in the app/).click();
      await expect(stage.modal.alert).toContainText('The request was declined');
    },
  },
  code: { reach: code },
  'code-wrong': {
    reach: async (stage) => {
      await code(stage);
      await stage.modal.verify('000000');
      await expect(stage.modal.frame.locator('#code-error')).toBeVisible();
    },
  },
  'code-expired': {
    reach: async (stage) => {
      await login('mfa_expired')(stage);
      await stage.modal.verify('123456');
      await expect(stage.modal.alert).toContainText('no longer valid');
    },
  },
  'code-resent': {
    reach: async (stage) => {
      await login('mfa_expired')(stage);
      await stage.modal.verify('123456');
      await expect(stage.modal.alert).toContainText('no longer valid');
      await stage.modal.button('Send again').click();
      await expect(stage.modal.alert).toContainText('on its way');
    },
  },
  'code-app': {
    reach: async (stage) => {
      await login('mfa_totp')(stage);
      await stage.modal.at(`Enter the code from ${PGE}`);
    },
  },
  'code-choice': {
    reach: async (stage) => {
      await login('mfa_choose')(stage);
      await stage.modal.button(/^E-mail/).click();
      await stage.modal.at(`Enter the code from ${PGE}`);
      await stage.modal.code.fill('123456');
    },
  },
  question: {
    reach: async (stage) => {
      await login('mfa_question')(stage);
      await stage.modal.at(`${PGE} asks a question`);
    },
  },
  meters: {
    reach: async (stage) => {
      await login('multi_account')(stage);
      await stage.modal.at('Which meters do you share?');
    },
  },
  'meters-none': {
    reach: async (stage) => {
      await login('user@pelm.com')(stage);
      await stage.modal.at('Which meters do you share?');
      for (const meter of await stage.modal.frame.getByRole('checkbox').all()) await meter.uncheck();
      await stage.modal.button('Share these meters').click();
      await expect(stage.modal.alert).toContainText('No meter is chosen.');
    },
  },
  linked: {
    reach: async (stage) => {
      await login('user@pelm.com')(stage);
      await stage.modal.share();
      await stage.modal.linked();
    },
  },
  'linked-four': {
    reach: async (stage) => {
      await login('multi_account')(stage);
      await stage.modal.share();
      await stage.modal.linked();
    },
  },
  'linked-shaped': {
    reach: async (stage) => {
      await sharing(stage, 'pge');
      await stage.modal.shape();
      await stage.modal.proceed();
      await stage.modal.signIn('good');
      await stage.modal.linked();
    },
  },
  receipt: {
    whole: true,
    reach: async (stage) => {
      const { modal, page } = stage;
      await sharing(stage, 'pge');
      await modal.shape();
      await modal.proceed();
      await modal.signIn('elec_gas');
      await modal.share();
      await modal.linked();
      await page.goto((await modal.receipt.getAttribute('href'))!.replace(/^/, CONNECT));
      await page.getByText('Stop sharing', { exact: true }).click();
    },
  },
  unsupported: {
    reach: async (stage) => {
      await credentials(stage, 'cherokee-electric-cooperative', CHEROKEE);
      await stage.modal.type('someone', 'secret');
      await stage.modal.button('Continue').click();
      await stage.modal.at(`We cannot link ${CHEROKEE} yet`);
    },
  },
  'stopped-tries': {
    reach: async (stage) => {
      const { modal } = stage;
      await credentials(stage);
      for (const left of ['4 tries', '3 tries', '2 tries', 'one try']) {
        await modal.signIn('bad_password');
        await expect(modal.alert).toContainText(left);
      }
      await modal.signIn('bad_password');
      await modal.at('Let’s stop here for now');
    },
  },
  'stopped-locked': {
    reach: async (stage) => {
      await login('locked')(stage);
      await stage.modal.at(`${PGE} has locked this login`);
    },
  },
  expired: {
    reach: async (stage) => {
      const { modal, page, problems, start } = stage;
      problems.expect(/status of 401/);
      const token = await start('pge');
      await modal.proceed();
      await modal.at(`Sign in to ${PGE}`);
      const other = new Modal(await page.context().newPage());
      await other.open(token);
      await other.signIn('good');
      await other.linked();
      await exchange(await other.done());
      await other.page.close();
      await modal.signIn('good');
      await modal.at('This session has ended');
    },
  },
  leave: {
    reach: async (stage) => {
      await credentials(stage);
      await stage.modal.type('user@pelm.com', 'secret');
      await stage.modal.close();
      await expect(stage.modal.question).toBeVisible();
    },
  },
  lost: {
    reach: async (stage) => {
      const { modal, page, problems } = stage;
      problems.expect(/net::ERR_FAILED/);
      await credentials(stage);
      await page.route('**/_connect/**', (route) => route.abort());
      await modal.signIn('user@pelm.com');
      await expect(modal.frame.locator('.network')).toBeVisible();
    },
  },
  'not-loaded': {
    treeless: 'there is no frame: tests/loader.spec.ts',
    reach: async ({ modal, page, problems, user }) => {
      problems.expect(/ERR_/, /registered for this client/);
      await page.clock.install();
      await page.goto(PLAIN);
      await page.route('**/connect/frame*', (route) => route.abort());
      await page.evaluate((token) => { window.token = token; }, await connectToken(user));
      await page.getByRole('button', { name: 'Connect your utility' }).click();
      await page.clock.runFor(12_100);
      await expect(modal.dialog.getByRole('alert')).toBeVisible();
    },
  },
  quickstart: { whole: true, reach: quickstart },
  'quickstart-modal': { treeless: 'the modal is that of the other screens', reach: quickstartModal },
  'quickstart-exit': {
    treeless: 'the user id is another one each time',
    whole: true,
    reach: async (stage) => {
      await quickstartModal(stage);
      await stage.modal.close();
      await expect(stage.page.locator('.qs-exit')).toBeVisible();
    },
  },
  'quickstart-linked': {
    whole: true,
    reach: async (stage) => {
      // While the data is being read: what comes then depends on the day.
      await stage.page.route('**/_connect/read_usage', () => {});
      await quickstartLinked(stage);
      await expect(stage.page.getByText('Connect is reading the first usage and bills…')).toBeVisible();
    },
  },
  'quickstart-usage': {
    treeless: 'it depends on the day',
    whole: true,
    reach: async (stage) => {
      await quickstartLinked(stage);
      await expect(stage.page.locator('.qs-chart')).toHaveCount(3);
    },
  },
  'quickstart-error': {
    whole: true,
    reach: async (stage) => {
      await quickstart(stage);
      await userId(stage.page).fill('');
      await stage.page.getByRole('button', { name: 'Connect your utility' }).click();
      await expect(userId(stage.page)).toHaveAccessibleDescription(/^Enter a user id/);
    },
  },
};
