import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig } from '@playwright/test';

const root = resolve(__dirname, '..');
const server = process.env.CONNECT_SERVER_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', 'connect');
// Made by the server, removed by the teardown; the workers read the sandbox client from it.
const data = (process.env.CONNECT_E2E_DATA ??= join(tmpdir(), `connect-e2e-${process.pid}`));

// For tests that act as the operator.
process.env.CONNECT_E2E_SERVER ??= server;

const firefox = {
  browserName: 'firefox' as const,
  // Debian's Firefox, driven by WebDriver BiDi: Playwright's other way needs a Firefox of its own.
  channel: 'moz-firefox',
  contextOptions: {}, // Reduced motion is a setting of the profile here.
  launchOptions: {
    executablePath: join(__dirname, 'support', 'firefox.mjs'),
    firefoxUserPrefs: {
      'ui.prefersReducedMotion': 1,
      // Clicks and keys of the driver do not arrive in a frame that is a process of its own.
      'fission.autostart': false,
      // Else a wheel scrolls what no customer's wheel would.
      'remote.events.async.wheel.enabled': true,
      // As on a device without a mouse, and as in Chromium without a window: the page is as wide as its window.
      'ui.useOverlayScrollbars': 1,
      // Asked for by the browser itself, whatever the page's policy.
      'browser.chrome.site_icons': false,
    },
  },
};

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  snapshotPathTemplate: 'snapshots/{testFileName}/{arg}{ext}',
  globalTeardown: './support/teardown.ts',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  // A busy machine: what passes at the second try only is counted and named as flaky, not as passed.
  retries: 1,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/results.json' }]],
  use: {
    actionTimeout: 10_000,
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: process.env.CONNECT_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    {
      name: 'desktop',
      use: { viewport: { width: 1280, height: 800 } },
      testIgnore: /no-js\.spec\.ts/,
    },
    {
      name: 'phone',
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
      // What the size of the window does not touch runs once.
      testIgnore: /(adapting|before-hydration|beside|handlers|host-page|keyboard|loader|network|no-js|no-wasm|other-device|react|spoken|strict-csp|tokens)\.spec\.ts/,
    },
    {
      name: 'no-js',
      use: { viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
      testMatch: /no-js\.spec\.ts/,
    },
    {
      name: 'no-js-phone',
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, javaScriptEnabled: false },
      testMatch: /no-js\.spec\.ts/,
    },
    {
      name: 'firefox',
      // What a browser may do its own way: screens, keys, focus, windows, files, policies.
      testMatch: /(before-hydration|consent|exits|files|host-page|keyboard|languages|link|mfa|no-wasm|other-device|react|resume|search|sharing|strict-csp)\.spec\.ts/,
      grepInvert: [
        // Colour schemes are not emulated (support/firefox.mjs).
        /from Welcome to the confirmation in|drawn as it can be read/,
        // A click that is the second of two is not told as such.
        /second click of a double click/,
        // The bodies of requests are not given.
        /two minutes before the end/,
        // A frame whose document is kept back does not end to load.
        /without a frame the loader speaks it/,
      ],
      use: {
        ...firefox,
        viewport: { width: 1280, height: 800 },
      },
    },
    {
      name: 'firefox-phone',
      testMatch: /(link|mfa)\.spec\.ts/,
      use: { ...firefox, viewport: { width: 360, height: 740 } },
    },
    {
      name: 'no-js-firefox',
      testMatch: /no-js\.spec\.ts/,
      use: {
        ...firefox,
        viewport: { width: 1280, height: 800 },
        launchOptions: {
          ...firefox.launchOptions,
          firefoxUserPrefs: {
            ...firefox.launchOptions.firefoxUserPrefs,
            // Through support/no-script.mjs.
            'network.proxy.type': 1,
            'network.proxy.http': '127.0.0.1',
            'network.proxy.http_port': 4174,
            'network.proxy.allow_hijacking_localhost': true,
          },
        },
      },
    },
  ],
  webServer: [
    {
      name: 'connect',
      command: `"${server}"`,
      cwd: root,
      env: { CONNECT_DATA_DIR: data, CONNECT_LOG: 'warn', LEPTOS_SITE_ADDR: '127.0.0.1:8080' },
      url: 'http://127.0.0.1:8080/healthz',
      reuseExistingServer: false,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
    },
    {
      name: 'utility',
      command: `"${server}" sandbox-utility`,
      cwd: root,
      env: { CONNECT_LOG: 'warn' },
      url: 'http://127.0.0.1:8090/login',
      reuseExistingServer: false,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
    },
    {
      name: 'company',
      command: 'node host/serve.mjs',
      env: { CONNECT_E2E_DATA: data },
      url: 'http://127.0.0.1:4173/healthz',
      reuseExistingServer: false,
    },
    {
      name: 'no-script',
      command: 'node support/no-script.mjs',
      url: 'http://127.0.0.1:4174/healthz',
      reuseExistingServer: false,
    },
  ],
});
