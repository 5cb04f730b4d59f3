import { randomUUID } from 'node:crypto';
import { type BrowserContext, expect, test as base } from '@playwright/test';
import { audit } from './axe';
import { connectToken } from './api';
import { Modal } from './modal';
import { Problems } from './problems';

type Fixtures = {
  /** The company's id of its customer, of this test alone. */
  user: string;
  /** Messages of the browser; any that a test does not expect fails it. */
  problems: Problems;
  modal: Modal;
  /** Opens Connect for `user` at the first screen of `utility_slug`, or at Welcome. */
  start: (utility_slug?: string) => Promise<string>;
  /** Fails on what axe finds on the page and in the frame. */
  axe: () => Promise<void>;
};

type WorkerFixtures = {
  /**
   * A utility of this worker alone. The same login at the same utility is the same user for
   * Connect, whatever the company's id: tests that come back to a link need one to themselves.
   */
  utility: { slug: string; name: string };
};

const OWN = [
  { slug: 'comed', name: 'Commonwealth Edison' },
  { slug: 'dte-energy', name: 'DTE Energy' },
  { slug: 'georgia-power', name: 'Georgia Power' },
  { slug: 'fpl', name: 'Florida Power & Light' },
];

/** Answers and frames come late, as on a slow phone: for finding tests and screens that count on speed. */
async function slowDown(context: BrowserContext) {
  await context.route('**/_connect/**', async (route) => {
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    await route.continue();
  });
  await context.addInitScript(() => {
    const frame = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) => window.setTimeout(() => frame(callback), 400);
  });
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  user: async ({}, use, info) => {
    await use(`${info.project.name}-${randomUUID()}`);
  },
  problems: [
    async ({ context }, use) => {
      const problems = new Problems();
      await problems.watch(context);
      if (process.env.CONNECT_E2E_SLOW) await slowDown(context);
      await use(problems);
      expect(problems.unexpected, 'messages of the browser').toEqual([]);
    },
    { auto: true },
  ],
  modal: async ({ page }, use) => {
    const modal = new Modal(page);
    await use(modal);
    // However a test ends: no opening had two outcomes. A bad token is told without one.
    const outcomes = (await modal.outcomes()).filter(([, status]) => status !== 'token_invalid');
    const openings = await page.evaluate(() => window.openings ?? Infinity);
    expect(outcomes.length, 'outcomes are at most openings').toBeLessThanOrEqual(openings);
  },
  start: async ({ modal, user }, use) => {
    await use(async (utility_slug) => {
      const token = await connectToken(user, utility_slug ? { utility_slug } : {});
      await modal.open(token);
      return token;
    });
  },
  axe: async ({ page }, use) => {
    await use(async () => expect(await audit(page), 'axe').toEqual([]));
  },
  utility: [
    async ({}, use, info) => {
      await use(OWN[info.parallelIndex % OWN.length]!);
    },
    { scope: 'worker' },
  ],
});

export { expect };
