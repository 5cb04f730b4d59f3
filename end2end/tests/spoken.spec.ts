// What a customer hears who does not see the screen: word by word, and each announcement once. A change of these texts is
// a change of the product for them, and is read as one.
import { CONNECT, connectToken } from '../support/api';
import { expect, test as base } from '../support/fixtures';
import { hold } from '../support/hold';
import { PGE, PLAIN, SAMPLE, type Modal } from '../support/modal';
import { Reader } from '../support/spoken';

const test = base.extend<{ reader: Reader }>({
  reader: async ({ modal, page }, use) => use(await Reader.listen(page, () => modal.document())),
});

test('from Welcome to Done', async ({ modal, page, reader, user }) => {
  await page.goto(PLAIN);
  await page.evaluate((token) => { window.token = token; }, await connectToken(user));
  const arrives = async (title: string) => {
    await modal.at(title);
    await expect(modal.title).toBeFocused();
    await reader.heard();
    await reader.reads();
  };

  reader.does('Connect your utility');
  await page.getByRole('button', { name: 'Connect your utility' }).click();
  await modal.ready();
  await reader.enters();
  await arrives('Northwind Solar would like to read your energy data');

  reader.does('Continue');
  await modal.proceed();
  await expect(modal.search).toBeFocused();
  await reader.heard();
  await reader.reads();

  const types = async (query: string, found: number) => {
    reader.does(`types “${query}”`);
    await modal.search.fill(query);
    await expect(modal.frame.getByRole('option')).toHaveCount(found);
    await reader.heard();
  };
  await types('pacific', 4);
  await types('xqzzy', 0);
  await reader.reads();
  await types('pacific', 4);
  await reader.reads();
  reader.does('arrow down');
  await modal.search.press('ArrowDown');
  await reader.heard();
  reader.does('arrow up');
  await modal.search.press('ArrowUp');
  await reader.heard();
  await types('cherokee', 2);
  await types('pacific gas', 1);

  reader.does('Enter');
  await modal.search.press('Enter');
  await arrives(`Sign in to ${PGE}`);

  reader.does('to the user name, types it; to the password, types it; shows it and hides it');
  await modal.username.focus();
  await page.keyboard.type('mfa_choose');
  await modal.password.focus();
  await page.keyboard.type('password');
  await modal.button('Show password').focus();
  await reader.heard();
  await page.keyboard.press('Enter');
  await reader.heard();
  await page.keyboard.press('Enter');
  await reader.heard();

  reader.does('Sign in');
  await modal.button('Sign in').click();
  await arrives(`How should ${PGE} confirm it’s you?`);

  reader.does('Text message');
  await modal.button(/^Text message/).click();
  await arrives(`Enter the code from ${PGE}`);

  reader.does('to the code, types it, Enter');
  await modal.code.focus();
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');
  await arrives(`${PGE} is linked`);
  expect(reader.transcript).toMatchSnapshot('happy-path.txt');
});

/** A screen on which something goes wrong, and the place where the focus is then. */
type Case = { act: (modal: Modal) => Promise<void>; says: string | RegExp; at: 'title' | 'note' | 'username' | 'password' | 'code' };

async function hears(name: string, { act, says, at }: Case, modal: Modal, reader: Reader) {
  const focused = (at: Case['at']) => expect(modal.frame.locator(at === 'note' ? '.screen .note' : `#${at}`)).toBeFocused();
  await focused('title');
  await reader.skip();
  reader.does(name.replaceAll('-', ' '));
  await act(modal);
  await expect(modal.frame.locator('.screen').getByText(says)).toBeVisible();
  await focused(at);
  await reader.heard();
  await reader.reads();
  expect(reader.transcript).toMatchSnapshot(`${name}.txt`);
}

const signsIn = (login: string, password?: string) => (modal: Modal) => modal.signIn(login, password);

const AT_LOGIN: Record<string, Case> = {
  'login-both-missing': { act: signsIn('', ''), says: 'Enter your user name or e-mail.', at: 'username' },
  'login-password-missing': { act: signsIn('user@pelm.com', ''), says: 'Enter your password.', at: 'password' },
  'login-too-long': { act: signsIn('é'.repeat(1000)), says: 'That is longer than any login.', at: 'password' },
  'login-wrong': { act: signsIn('bad_password'), says: /did not accept this login/, at: 'password' },
  'login-down': { act: signsIn('site_down'), says: /is not answering/, at: 'note' },
  'login-changed': { act: signsIn('site_changed'), says: 'Something went wrong on our side.', at: 'note' },
  'login-no-accounts': { act: signsIn('empty'), says: 'This login has no account to share.', at: 'note' },
  'login-locked': { act: signsIn('locked'), says: `${PGE} has locked this login`, at: 'title' },
};

for (const [name, what] of Object.entries(AT_LOGIN)) {
  test(name, async ({ modal, reader, start }) => {
    await start('pge');
    await modal.proceed();
    await modal.at(`Sign in to ${PGE}`);
    await hears(name, what, modal, reader);
  });
}

const AT_CODE: Record<string, Case & { login: string }> = {
  'code-missing': { login: 'mfa_sms', act: (modal) => modal.verify(''), says: 'Enter the code.', at: 'code' },
  'code-wrong': { login: 'mfa_sms', act: (modal) => modal.verify('000000'), says: /did not accept this code/, at: 'code' },
  'code-too-many': {
    login: 'mfa_sms',
    act: async (modal) => {
      for (const left of ['2 tries', 'one try']) {
        await modal.verify('000000');
        await expect(modal.frame.locator('#code-error')).toContainText(left);
      }
      await modal.verify('000000');
    },
    says: 'Too many wrong codes.',
    at: 'note',
  },
  'code-expired': { login: 'mfa_expired', act: (modal) => modal.verify('123456'), says: 'This code is no longer valid.', at: 'note' },
  'code-down': { login: 'mfa_site_down', act: (modal) => modal.verify('123456'), says: /is not answering/, at: 'note' },
  'code-resent': { login: 'mfa_expired', act: (modal) => modal.button('Send again').click(), says: 'A new code is on its way.', at: 'note' },
  'question-wrong': { login: 'mfa_question', act: (modal) => modal.verify('bello', modal.frame.locator('#code')), says: /did not accept this answer/, at: 'code' },
};

for (const [name, { login, ...what }] of Object.entries(AT_CODE)) {
  test(name, async ({ modal, reader, start }) => {
    await start('pge');
    await modal.proceed();
    await modal.signIn(login);
    await modal.at(/^Enter the code from|asks a question$/);
    await hears(name, what, modal, reader);
  });
}

/** Leaves nothing ticked, and goes on by the button of this name. */
const unticks = (button: string) => async (modal: Modal) => {
  for (const box of await modal.frame.getByRole('checkbox').all()) await box.uncheck();
  await modal.button(button).click();
};

test('nothing is shared', async ({ modal, reader, start }) => {
  await start('pge');
  await modal.button('Choose what is shared').click();
  await modal.at('Choose what is shared');
  await hears('sharing-nothing', { act: unticks('Save this choice'), says: 'Nothing is chosen.', at: 'note' }, modal, reader);
});

test('no meter is shared', async ({ modal, reader, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('elec_gas');
  await modal.at('Which meters do you share?');
  await hears('meters-none', { act: unticks('Share these meters'), says: 'No meter is chosen.', at: 'note' }, modal, reader);
});

test('told when it works again', async ({ modal, reader, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('site_down');
  await expect(modal.alert).toBeFocused();
  await reader.skip();
  reader.does('Tell me when it works again');
  await modal.button('Tell me when it works again').click();
  await modal.at('Northwind Solar will let you know');
  await expect(modal.title).toBeFocused();
  await reader.heard();
  await reader.reads();
  expect(reader.transcript).toMatchSnapshot('told.txt');
});

test('a utility that takes its time', async ({ modal, page, reader, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  const answer = await hold(page, '**/_connect/wait');
  await reader.skip();
  reader.does('signs in');
  await modal.signIn('slow');
  await modal.at(`Signing in to ${PGE}`);
  await expect(modal.title).toBeFocused();
  await reader.heard();
  await reader.reads();
  reader.does('waits');
  await expect(modal.frame.getByText('is slow today')).toBeVisible();
  await reader.heard();
  answer();
  await modal.linked();
  await expect(modal.title).toBeFocused();
  await reader.heard();
  expect(reader.transcript).toMatchSnapshot('slow.txt');
});

test('the connection is lost, and found', async ({ modal, page, problems, reader, start }) => {
  problems.expect(/net::ERR_FAILED/);
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  await reader.skip();
  reader.does('signs in without a connection');
  await page.route('**/_connect/**', (route) => route.abort());
  await modal.signIn('good');
  await expect(modal.frame.locator('.network')).toBeVisible();
  await reader.heard();
  await reader.reads();
  reader.does('Try again');
  await page.unroute('**/_connect/**');
  await modal.button('Try again').click();
  await expect(modal.frame.locator('.network')).toBeHidden();
  await expect(modal.password).toBeFocused();
  await reader.heard();
  expect(reader.transcript).toMatchSnapshot('connection.txt');
});

test('the time of a code is over', async ({ modal, page, reader, start }) => {
  await page.clock.install();
  await start('pge');
  await modal.proceed();
  await modal.signIn('mfa_sms');
  await modal.at(`Enter the code from ${PGE}`);
  await reader.skip();
  const waits = async (milliseconds: number, until: string) => {
    reader.does(`waits until “${until}”`);
    await page.clock.runFor(milliseconds);
    await expect(modal.frame.locator('.code-row').getByText(until, { exact: true })).toBeVisible();
    await page.clock.runFor(100);
    await reader.heard();
  };
  await waits(31_000, 'Send again');
  await waits(270_000, 'This code is no longer valid');
  expect(reader.transcript).toMatchSnapshot('code-over.txt');
});

test('the question before leaving', async ({ modal, page, reader, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  await modal.username.fill('good');
  await modal.username.focus();
  await reader.skip();
  reader.does('Escape');
  await page.keyboard.press('Escape');
  await expect(modal.button('Keep going')).toBeFocused();
  await reader.heard();
  await reader.reads();
  reader.does('Keep going');
  await page.keyboard.press('Enter');
  await expect(modal.question).toBeHidden();
  await expect(modal.username).toBeFocused();
  await reader.heard();
  expect(reader.transcript).toMatchSnapshot('leave.txt');
});

test('a file that is none, and one that is', async ({ modal, reader, start }) => {
  await start('cherokee-electric-cooperative');
  await modal.proceed();
  await modal.button(/as a file/).click();
  await modal.at('Upload your Green Button file');
  await reader.skip();
  const gives = async (name: string, content: string, says: string) => {
    reader.does(`gives ${name}`);
    await modal.give(name, content);
    await expect(modal.alert).toContainText(says);
    await expect(modal.frame.locator('#file')).toBeFocused();
    await reader.heard();
  };
  await gives('bill.pdf', '%PDF-1.7', 'This is a PDF');
  await gives('broken.xml', '<feed xmlns="http://www.w3.org/2005/Atom">\n<entry>\n</feed>', 'damaged or incomplete');
  reader.does('gives usage.xml');
  await modal.give('usage.xml', SAMPLE);
  await modal.at('Here is what we found');
  await expect(modal.title).toBeFocused();
  await reader.heard();
  await reader.reads();
  expect(reader.transcript).toMatchSnapshot('file.txt');
});

test('an approval that is declined, and another one', async ({ modal, reader, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('mfa_push_declined');
  await modal.at(/^How should/);
  await reader.skip();
  reader.does('Approve it in the app');
  await modal.button(/^Approve it in the app/).click();
  await expect(modal.alert).toContainText('The request was declined');
  await reader.heard();
  reader.does('Send the request again');
  await modal.button('Send the request again').click();
  await modal.linked();
  await expect(modal.title).toBeFocused();
  await reader.heard();
  expect(reader.transcript).toMatchSnapshot('approve-declined.txt');
});

/** What goes wrong on the way, as /design shows it: what the sandbox does not play, and what is heard once more in its place. */
const SHOWN = [
  'credentials-slow', 'credentials-troubled', 'credentials-action', 'credentials-code-over', 'credentials-code-many', 'credentials-internal',
  'consent-denied', 'consent-no-accounts', 'consent-internal', 'consent-down',
  'upload-empty', 'upload-large', 'upload-web-page', 'upload-other', 'upload-no-readings', 'upload-no-unit', 'upload-not-shared',
  'approve-over', 'approve-down', 'code-too-long', 'code-too-soon', 'method-down', 'meters-broken', 'linked-later',
  'other-device-taken', 'stopped', 'unsupported', 'ending', 'expired',
];

test('each mistake and outage, as /design shows it', async ({ page }) => {
  const reader = await Reader.listen(page, () => page.mainFrame());
  for (const state of SHOWN) {
    reader.does(state.replaceAll('-', ' '));
    await page.goto(`${CONNECT}/design/${state}`);
    await expect(page.locator('.sheet')).toBeVisible();
    await reader.reads();
  }
  expect(reader.transcript).toMatchSnapshot('design.txt');
});
