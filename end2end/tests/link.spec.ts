// A customer links a utility login, for the first time and again.
import { accounts, connectToken, exchange, refusedExchange, user as readUser } from '../support/api';
import { expect, test } from '../support/fixtures';
import { PGE } from '../support/modal';

const SANDBOX_ACCOUNTS = [
  {
    id: 'ea100000-0000-0000-0000-000000000000',
    account_number: '1077345636',
    address: '1 WARRIORS WAY SAN FRANCISCO CA 94158',
    available_meter_types: ['GAS', 'ELECTRIC'],
    meters: [
      { id: 'ea110000-0000-0000-0000-000000000000', type: 'GAS' },
      { id: 'ea120000-0000-0000-0000-000000000000', type: 'ELECTRIC' },
    ],
    usage_unit: 'kwh',
    gas_usage_unit: 'therm',
    ghg_emissions_unit: 'kg_co2e',
  },
  {
    id: 'ea200000-0000-0000-0000-000000000000',
    account_number: '2077345636',
    address: '1 FERRY BUILDING SAN FRANCISCO CA 94105',
    available_meter_types: ['ELECTRIC'],
    meters: [{ id: 'ea210000-0000-0000-0000-000000000000', type: 'ELECTRIC' }],
    usage_unit: 'kwh',
    ghg_emissions_unit: 'kg_co2e',
  },
];

test('from Welcome to the accounts', async ({ modal, start }) => {
  await start();
  await modal.at('Northwind Solar would like to read your energy data');
  await expect(modal.frame.getByText('Sandbox: no real utility is contacted')).toBeVisible();
  await modal.choose(PGE, 'pacific gas');
  await expect(modal.frame.getByText('Step 2 of 3')).toBeVisible();
  await modal.signIn('user@pelm.com');
  await modal.share();
  await modal.linked();
  await expect(modal.frame.getByRole('listitem')).toHaveText([
    /^1 WARRIORS WAY SAN FRANCISCO CA 94158\s*Electricity and gas · account ending in 5636$/,
    /^1 FERRY BUILDING SAN FRANCISCO CA 94105\s*Electricity · account ending in 5636$/,
  ]);
  const code = await modal.done();
  const access = await exchange(code);
  expect(await accounts(access)).toEqual(SANDBOX_ACCOUNTS);
  expect(await refusedExchange(code), 'a code works once').toEqual([400, 'parameter_invalid']);
});

test('the older sandbox login links the same accounts', async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('username_good@gmail.com', 'password_good');
  await modal.share();
  await modal.linked();
  const linked = await accounts(await exchange(await modal.done()));
  expect(linked.map((account) => account.id)).toEqual(SANDBOX_ACCOUNTS.map((account) => account.id));
});

test('a utility named by the token is not asked for', async ({ modal, start }) => {
  await start('pge');
  await modal.at('Northwind Solar would like to read your energy data');
  await expect(modal.frame.getByText(`Link your ${PGE} account once.`)).toBeVisible();
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.frame.getByText('Step 1 of 2')).toBeVisible();
  await modal.signIn('user@pelm.com');
  await modal.share();
  await modal.linked();
  await modal.done();
});

test('a utility named by the token can still be changed', async ({ modal, start, utility }) => {
  await start('pge');
  await modal.proceed();
  await modal.button('Change').click();
  await modal.at('Who sends your energy bill?');
  await modal.search.fill(utility.name);
  await modal.option(utility.name).click();
  await modal.at(`Sign in to ${utility.name}`);
  await modal.signIn('gas_only');
  await modal.linked(utility.name);
  await modal.done();
});

test('the same user_id again renews the link, and access stays', async ({ modal, page, start, user, utility }) => {
  await start(utility.slug);
  await modal.proceed();
  await modal.signIn('elec_gas');
  await modal.share();
  await modal.linked(utility.name);
  const access = await exchange(await modal.done());
  const before = await accounts(access);
  expect(before).toHaveLength(1);

  await page.evaluate(() => { window.calls = []; });
  await modal.reopen(await connectToken(user));
  await modal.at(`Sign in to ${utility.name} again`);
  await expect(modal.username).toHaveValue('elec_gas');
  await expect(modal.button('Back')).toBeHidden();
  await expect(modal.button('Change')).toBeHidden();
  await modal.password.fill('password');
  await modal.button('Sign in').click();
  await modal.linked(utility.name);
  const second = await exchange(await modal.done());

  expect(await accounts(access), 'the first access still works').toEqual(before);
  expect(await accounts(second)).toEqual(before);
  expect(await readUser(access, user)).toMatchObject({ id: user, utility_username: 'elec_gas', credentials_valid: true });
});

test('renewing a link asks for the code, too', async ({ modal, page, start, user, utility }) => {
  await start(utility.slug);
  await modal.proceed();
  await modal.signIn('mfa_email');
  await modal.verify('123456');
  await modal.linked(utility.name);
  const access = await exchange(await modal.done());

  await page.evaluate(() => { window.calls = []; });
  await modal.reopen(await connectToken(user));
  await modal.at(`Sign in to ${utility.name} again`);
  await modal.password.fill('password');
  await modal.button('Sign in').click();
  await modal.at(`Enter the code from ${utility.name}`);
  await modal.verify('000000');
  await expect(modal.code).toHaveAttribute('aria-invalid', 'true');
  await modal.verify('123456');
  await modal.linked(utility.name);
  await modal.done();
  expect(await readUser(access, user)).toMatchObject({ utility_username: 'mfa_email', credentials_valid: true });
});

test('a login that was linked under another user_id belongs to the new one', async ({ modal, page, start, user, utility }) => {
  await start(utility.slug);
  await modal.proceed();
  await modal.signIn('gas_only');
  await modal.linked(utility.name);
  const first = await exchange(await modal.done());

  await page.evaluate(() => { window.calls = []; });
  await modal.reopen(await connectToken(`${user}-renamed`, { utility_slug: utility.slug }));
  await modal.proceed();
  await modal.signIn('gas_only');
  await modal.linked(utility.name);
  const second = await exchange(await modal.done());

  expect(await readUser(second, `${user}-renamed`)).toMatchObject({ id: `${user}-renamed` });
  await expect(readUser(first, user), 'the first id is gone').rejects.toThrow('403');
});

test('four accounts, one number with leading zeros', async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('multi_account');
  await modal.share();
  await modal.linked();
  await expect(modal.frame.getByRole('listitem')).toHaveCount(4);
  const linked = await accounts(await exchange(await modal.done()));
  expect(linked.map((account) => account.account_number).filter((number) => number.startsWith('0'))).toHaveLength(1);
});

test('user name in other case, with spaces, and as an e-mail address', async ({ modal, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.signIn('  GOOD@sandbox.test ');
  await modal.linked();
  await modal.done();
});
