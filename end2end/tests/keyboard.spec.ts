// From Welcome to Done by the keyboard alone. What has the focus is written down and compared.
import type { Page } from '@playwright/test';
import { connectToken } from '../support/api';
import { expect, test } from '../support/fixtures';
import { hold } from '../support/hold';
import { PGE, PLAIN, type Modal } from '../support/modal';

/** Notes every focus in the page and the frame, in order. */
async function note(page: Page): Promise<string[]> {
  const log: string[] = [];
  await page.exposeFunction('noteFocus', (line: string) => { log.push(line); });
  await page.addInitScript(() => {
    document.addEventListener('focusin', ({ target }) => {
      const element = target as HTMLElement;
      const name = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent ?? '';
      const kind = element.getAttribute('role') ?? element.localName;
      if (kind !== 'iframe') (window as unknown as { noteFocus(line: string): void }).noteFocus(`${kind} ${name.replace(/\s+/g, ' ').trim()}`);
    });
  });
  return log;
}

/** Presses Tab until the control of this name has the focus. */
async function tabTo(modal: Modal, page: Page, name: string) {
  const focused = () => modal.document().evaluate(() => {
    const element = document.activeElement as HTMLInputElement | null;
    if (!document.hasFocus()) return '';
    return (element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent ?? element?.textContent ?? '').trim();
  });
  for (let i = 0; i < 12; i += 1) {
    if ((await focused()) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${name}`);
}

test('Welcome, selection, login, method, code, confirmation', async ({ modal, page, user }) => {
  const log = await note(page);
  await page.goto(PLAIN);
  await page.evaluate((token) => { window.token = token; }, await connectToken(user));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await modal.ready();

  await expect(modal.title).toBeFocused();
  await tabTo(modal, page, 'Continue');
  await page.keyboard.press('Enter');

  await modal.at('Who sends your energy bill?');
  await expect(modal.search).toBeFocused();
  await page.keyboard.type('pacific gas');
  await expect(modal.option(PGE)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');

  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.title).toBeFocused();
  await tabTo(modal, page, 'User name or e-mail');
  await page.keyboard.type('mfa_choose');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');

  // In this order: until the answer is there, the focus is in the field of the screen before.
  await expect(modal.password).toHaveAttribute('aria-invalid', 'true');
  await expect(modal.password).toBeFocused();
  await page.keyboard.type('password');
  await page.keyboard.press('Enter');

  await modal.at(`How should ${PGE} confirm it’s you?`);
  await expect(modal.title).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  await modal.at(`Enter the code from ${PGE}`);
  await expect(modal.title).toBeFocused();
  await tabTo(modal, page, 'Code');
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');

  await modal.linked();
  await expect(modal.title).toBeFocused();
  await tabTo(modal, page, 'Done');
  // A key is up again only if the frame is still there.
  const answer = await hold(page, '**/_connect/finish');
  await page.keyboard.press('Enter');
  answer();
  await modal.succeeds();
  await expect(page.getByRole('button', { name: 'Connect your utility' })).toBeFocused();
  expect(`${log.join('\n')}\n`).toMatchSnapshot('focus.txt');
});

test('Tab goes round in the modal, in both directions', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.at(`Sign in to ${PGE}`);
  await expect(modal.title).toBeFocused();
  const seen = async (key: string) => {
    const names: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      await page.keyboard.press(key);
      // At the ends the browser may stop at the document itself or at the dialog, never in the page behind the modal.
      expect(['iframe', 'body', 'dialog']).toContain(await page.evaluate(() => document.activeElement!.localName));
      names.push(await modal.document().evaluate(() => {
        const element = document.activeElement!;
        return element === document.body ? '' : element.id || element.getAttribute('aria-label') || element.textContent!.trim();
      }));
    }
    return new Set(names.filter(Boolean));
  };
  const all = ['Back', 'Close', 'Change', 'username', 'password', 'Show password', 'Sign in'];
  expect([...(await seen('Tab'))]).toEqual(expect.arrayContaining(all));
  expect([...(await seen('Shift+Tab'))]).toEqual(expect.arrayContaining(all));
});

test('the question before leaving keeps the focus inside', async ({ modal, page, start }) => {
  await start('pge');
  await modal.proceed();
  await modal.username.fill('good');
  await page.keyboard.press('Escape');
  await expect(modal.button('Keep going')).toBeFocused();
  await expect(modal.frame.locator('.sheet-body')).toHaveAttribute('inert');
  const reached = new Set<string>();
  for (let i = 0; i < 8; i += 1) {
    await page.keyboard.press('Tab');
    reached.add(await modal.document().evaluate(() => (document.activeElement === document.body ? '' : document.activeElement!.textContent!.trim())));
  }
  expect([...reached].filter(Boolean).sort()).toEqual(['Keep going', 'Leave']);
  await tabTo(modal, page, 'Leave');
  await page.keyboard.press('Enter');
  await modal.ends('onExit', 'user_initiated_exit', {});
});
