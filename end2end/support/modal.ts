// The modal as a customer sees it, and the company's page around it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test';

export const HOST = 'http://127.0.0.1:4173';
export const PLAIN = `${HOST}/plain.html`;
export const PGE = 'Pacific Gas and Electric';
export const CHEROKEE = 'Cherokee Electric Cooperative';

/** What a page's callbacks were called with: name, values. */
export type Call = [string, ...unknown[]];

declare global {
  interface Window {
    token: string;
    calls: Call[];
    openings: number;
    callbacks(prefix?: string): Record<string, (...values: unknown[]) => void>;
    PelmConnect: {
      initialize(config: object): void;
      open(config?: object): void;
      exit(): void;
      create(config: object): {
        open(config?: object): Promise<object>;
        exit(): Promise<object>;
        validateToken(token: unknown): Promise<boolean>;
      };
    };
  }
}

export const SUNRISE = 'Sunrise Power & Gas (sandbox)';
/** A month of hours and a bill; what is in it stands in crates/greenbutton/tests/samples/MANIFEST.csv. */
export const SAMPLE = readFileSync(resolve(__dirname, '../../crates/greenbutton/tests/samples/GETBatchSampleEUI.xml'));

/** On the utility's own site. */
export async function signInAtSunrise(page: Page, username: string) {
  await page.getByLabel('User name or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill('password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: /^Share your data/ })).toBeVisible();
}

export class Modal {
  readonly frame: FrameLocator;
  readonly dialog: Locator;
  readonly iframe: Locator;
  readonly sheet: Locator;
  readonly title: Locator;
  readonly question: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.locator('dialog[data-connect]');
    this.iframe = page.locator('dialog[data-connect] iframe');
    this.frame = page.frameLocator('dialog[data-connect] iframe');
    this.sheet = this.frame.locator('.sheet');
    this.title = this.frame.getByRole('heading', { level: 1 });
    this.question = this.frame.getByRole('alertdialog');
  }

  /** Opens Connect by the button of the company's page. */
  async open(token: string, url = PLAIN) {
    await this.page.goto(url);
    await this.reopen(token);
  }

  async reopen(token: string) {
    await this.page.evaluate((value) => { window.token = value; }, token);
    await this.page.getByRole('button', { name: 'Connect your utility' }).click();
    await this.ready();
  }

  /** The frame listens, and is shown. */
  async ready() {
    await expect(this.frame.locator('html')).toHaveAttribute('data-hydrated', 'true');
    await expect(this.frame.locator('.stage')).toHaveAttribute('data-shown', 'true');
  }

  async at(title: string | RegExp) {
    await expect(this.title).toHaveText(title, { timeout: 15_000 });
  }

  button(name: string | RegExp): Locator {
    return this.frame.getByRole('button', { name, exact: typeof name === 'string' });
  }

  get search() { return this.frame.getByRole('combobox'); }
  get username() { return this.frame.getByLabel('User name or e-mail'); }
  get password() { return this.frame.getByLabel('Password', { exact: true }); }
  get code() { return this.frame.getByLabel('Code', { exact: true }); }
  get alert() { return this.frame.locator('.screen .note:visible'); }

  option(name: string | RegExp): Locator {
    return this.frame.getByRole('option', { name });
  }

  async proceed() {
    await this.button('Continue').click();
  }

  /** From Welcome to the credentials of `utility`, by typing `query`. */
  async choose(utility: string, query = utility) {
    await this.proceed();
    await this.at('Who sends your energy bill?');
    await this.search.fill(query);
    await this.option(utility).click();
    await this.at(`Sign in to ${utility}`);
  }

  async type(username: string, password: string) {
    await this.username.fill(username);
    await this.password.fill(password);
  }

  async signIn(username: string, password = 'password') {
    await this.type(username, password);
    await this.button('Sign in').click();
  }

  /** Shares meter readings of a year, for three months. */
  async shape() {
    await this.frame.getByLabel('Bills').uncheck();
    await this.frame.getByLabel('The past 12 months').check();
    await this.frame.getByLabel('For 3 months').check();
    await this.button('Save this choice').click();
    await this.at(/would like to read your energy data$/);
  }

  get receipt() { return this.frame.getByRole('link', { name: /^Your receipt/ }); }

  /** Shares every meter, where the login has several. */
  async share() {
    await this.at('Which meters do you share?');
    await this.button('Share these meters').click();
  }

  async verify(code: string, field = this.code) {
    await field.fill(code);
    await this.button('Verify').click();
  }

  /** Chooses a file on the screen that takes one. */
  async give(name: string, content: string | Buffer) {
    const mimeType = name.endsWith('.xml') ? 'text/xml' : 'application/octet-stream';
    await this.frame.locator('#file').setInputFiles({ name, mimeType, buffer: Buffer.from(content) });
  }

  /** As a browser that opens no window. */
  async blockWindows() {
    await this.document().evaluate(() => { window.open = () => null; });
  }

  async linked(utility = PGE) {
    await this.at(`${utility} is linked`);
  }

  async close() {
    await this.button('Close').first().click();
  }

  /** A click on the dimmed page. Needs a window that is wider than the sheet. */
  async clickBeside() {
    await this.frame.locator('.backdrop').click({ position: { x: 20, y: 20 } });
  }

  /** Outcomes that the page was told. */
  async outcomes(): Promise<Call[]> {
    return this.page.evaluate(() => (window.calls ?? []).filter(([name]) => /on(Success|Exit)$/.test(name)));
  }

  async ends(...outcome: Call) {
    await expect.poll(() => this.outcomes()).toEqual([outcome]);
    await expect(this.dialog).toBeHidden();
  }

  /** Waits for success; gives the authorization code. */
  async succeeds(): Promise<string> {
    await expect.poll(() => this.outcomes()).toEqual([['onSuccess', expect.any(String)]]);
    await expect(this.dialog).toBeHidden();
    return (await this.outcomes())[0]![1] as string;
  }

  async done(): Promise<string> {
    await this.button('Done').click();
    return this.succeeds();
  }

  /** The frame's document, for what a locator cannot do. */
  document() {
    const frame = this.page.frames().find((f) => f.url().startsWith('http://localhost:8080/connect/frame'));
    if (!frame) throw new Error('there is no frame');
    return frame;
  }
}
