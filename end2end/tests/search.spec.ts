// The utility selection: type-ahead, list, help.
import { expect, test } from '../support/fixtures';
import { hold } from '../support/hold';
import { CHEROKEE, type Modal, PGE } from '../support/modal';

/** The browser has had `count` answers to searches, and the app has drawn what it makes of them. */
const answered = async (modal: Modal, count: number) => {
  const frame = modal.document();
  await frame.waitForFunction((n) => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/_connect/search')).length >= n, count);
  await frame.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }));
};

test.beforeEach(async ({ modal, start }) => {
  await start();
  await modal.proceed();
  await modal.at('Who sends your energy bill?');
  // The screen sets the focus once it is drawn; a key that is pressed before goes nowhere.
  await expect(modal.frame.locator('#title:focus, #search:focus')).toHaveCount(1);
});

test('large utilities first; typing narrows the list', async ({ modal }) => {
  await expect(modal.frame.getByText('Large utilities')).toBeVisible();
  await expect(modal.option(/./).first()).toHaveText(/Pacific Gas and Electric\s*California · electricity, gas/);
  await modal.search.pressSequentially('chero');
  await expect(modal.option(CHEROKEE)).toHaveText(new RegExp(`${CHEROKEE}\\s*Alabama · electricity\\s*Not available yet`));
  await expect(modal.frame.getByText('Large utilities')).toBeHidden();
  await modal.search.fill('');
  await expect(modal.frame.getByText('Large utilities')).toBeVisible();
  await expect(modal.option(PGE)).toBeVisible();
});

for (const [query, name] of [
  ['pge', PGE],
  ['PG&E', PGE],
  ['pacific gas', PGE],
  ['coned', 'Consolidated Edison'],
  ['con ed', 'Consolidated Edison'],
  ['pse&g', 'Public Service Electric & Gas'],
  ['pacfic gas', PGE],
] as const) {
  test(`“${query}” finds ${name}`, async ({ modal }) => {
    await modal.search.fill(query);
    await expect(modal.option(/./).first()).toContainText(name);
  });
}

test('a state finds its utilities', async ({ modal }) => {
  await modal.search.fill('hawaii');
  await expect(modal.option('Hawaiian Electric').first()).toBeVisible();
  await expect(modal.option(/./).first()).toContainText('Hawaii');
});

test('another first hit is another option, which a screen reader says', async ({ modal }) => {
  const first = async (query: string) => {
    await modal.search.fill(query);
    await expect(modal.option(new RegExp(query, 'i')).first()).toHaveAttribute('aria-selected', 'true');
    return modal.search.getAttribute('aria-activedescendant');
  };
  const one = await first('Pacific Gas');
  expect(await first('Cherokee')).not.toBe(one);
});

test('the list is walked by arrows, at both ends around, and Enter chooses', async ({ modal, page }) => {
  const active = async () => {
    const id = await modal.search.getAttribute('aria-activedescendant');
    return id ? modal.frame.locator(`#${id} .row-name`).innerText() : null;
  };
  await modal.search.focus();
  expect(await active()).toBeNull();
  const names = await modal.frame.locator('.row-name').allInnerTexts();
  await page.keyboard.press('ArrowDown');
  await expect.poll(active).toBe(names[0]);
  await page.keyboard.press('ArrowDown');
  await expect.poll(active).toBe(names[1]);
  await expect(modal.option(names[1]!)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect.poll(active).toBe(names.at(-1));
  await expect(modal.option(names.at(-1)!)).toBeInViewport();
  await page.keyboard.press('ArrowDown');
  await expect.poll(active).toBe(names[0]);
  await page.keyboard.press('Enter');
  await modal.at(`Sign in to ${names[0]}`);
});

test('the first hit of a search is chosen by Enter', async ({ modal, page }) => {
  await modal.search.fill('pacific gas');
  await expect(modal.option(/./).first()).toHaveAttribute('aria-selected', 'true');
  await expect(modal.option(/./).first()).toContainText(PGE);
  await page.keyboard.press('Enter');
  await modal.at(`Sign in to ${PGE}`);
});

test('Enter chooses nothing of a list that does not answer what was typed', async ({ modal, page }) => {
  await modal.search.fill('pacific gas');
  await expect(modal.option(PGE)).toHaveAttribute('aria-selected', 'true');
  const release = await hold(page, '**/_connect/search');
  await modal.search.fill('cherokee electric');
  await modal.search.press('Enter');
  await expect(modal.frame.locator('.search'), 'it says that it waits').toHaveAttribute('data-waits');
  await expect(modal.option(PGE)).toHaveAttribute('aria-selected', 'false');
  release();
  await expect(modal.option(CHEROKEE)).toHaveAttribute('aria-selected', 'true');
  await expect(modal.frame.locator('.search')).not.toHaveAttribute('data-waits');
  await modal.at('Who sends your energy bill?');
  await modal.search.press('Enter');
  await modal.at(`Sign in to ${CHEROKEE}`);
});

test('Escape empties the box first, then leaves', async ({ modal, page }) => {
  await modal.search.fill('edison');
  await expect(modal.frame.getByText('Large utilities')).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(modal.search).toHaveValue('');
  await expect(modal.frame.getByText('Large utilities')).toBeVisible();
  await expect(modal.dialog).toBeVisible();
  expect(await modal.outcomes()).toEqual([]);
  await page.keyboard.press('Escape');
  await modal.ends('onExit', 'user_initiated_exit', {});
});

test('nothing found says what to try', async ({ modal, page }) => {
  await modal.search.fill('xqzzy');
  await expect(modal.frame.locator('.empty')).toContainText('No utility matches “xqzzy”');
  await expect(modal.frame.getByText('Check the spelling, or try fewer letters or your state or ZIP code.')).toBeVisible();
  await expect(modal.sheet.getByRole('status')).toHaveText('No utility matches “xqzzy”');
  await page.keyboard.press('Enter');
  await modal.at('Who sends your energy bill?');
  await page.keyboard.press('Escape');
  await expect(modal.option(PGE)).toBeVisible();
});

test('how many were found is announced', async ({ modal }) => {
  await modal.search.fill('edison');
  await expect(modal.sheet.getByRole('status')).toHaveText(/^\d+ utilities found$/);
  await modal.search.fill('pacific gas and electric');
  await expect(modal.sheet.getByRole('status')).toHaveText(/^(1 utility|\d+ utilities) found$/);
});

test('“I can’t find my utility” helps and leads back', async ({ modal }) => {
  await modal.button('I can’t find my utility').click();
  await modal.at('Finding your utility');
  await expect(modal.title).toBeFocused();
  await expect(modal.frame.getByText(/If your landlord pays the bill/)).toBeVisible();
  await modal.button('Search again').click();
  await modal.at('Who sends your energy bill?');
});

test('a search that is answered late, after the choice, changes nothing', async ({ modal, page }) => {
  const answer = await hold(page, '**/_connect/search');
  await modal.search.fill('edison');
  await modal.option(PGE).click();
  await modal.at(`Sign in to ${PGE}`);
  answer();
  await answered(modal, 1);
  await modal.signIn('good');
  await modal.linked();
  await modal.done();
});

test('a late answer to an earlier search does not replace a newer one', async ({ modal, page }) => {
  let answer = () => {};
  const newer = new Promise<void>((resolve) => { answer = resolve; });
  let first = true;
  await page.route('**/_connect/search', async (route) => {
    if (first) {
      first = false;
      await newer;
    }
    await route.continue();
  });
  await modal.search.fill('hawaii');
  await modal.search.fill('cherokee');
  await expect(modal.option(/./).first()).toContainText(CHEROKEE);
  answer();
  await answered(modal, 2);
  await expect(modal.option(/./).first()).toContainText(CHEROKEE);
});

test('markup in the search is text', async ({ modal }) => {
  await modal.search.fill('<img src=x onerror=alert(1)>');
  await expect(modal.frame.locator('.empty')).toContainText('No utility matches “<img src=x onerror=alert(1)>”');
  await expect(modal.frame.locator('img')).toHaveCount(0);
});
