#!/usr/bin/env node
// Debian's Firefox for Playwright, which drives it by WebDriver BiDi. Playwright starts this in the place of Firefox: what
// the two say to each other passes through, but for one command that Playwright sends to every new context and that
// Firefox ESR does not know. Without it every test would end before it began.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';

/** Sets the colours that a page is told to prefer: they stay those of the profile. */
const UNKNOWN = 'emulation.setMediaFeaturesOverride';

const firefox = spawn(process.env.CONNECT_FIREFOX ?? '/usr/bin/firefox-esr', process.argv.slice(2), { stdio: ['ignore', 'inherit', 'pipe'] });
firefox.on('error', (error) => { console.error(error.message); process.exit(1); });
firefox.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => firefox.kill(signal));

createInterface({ input: firefox.stderr }).on('line', (line) => {
  const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line)?.[1];
  if (!address) {
    console.error(line);
    return;
  }
  const between = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  between.on('listening', () => console.error(`WebDriver BiDi listening on ws://127.0.0.1:${between.address().port}`));
  between.on('connection', (playwright) => pass(playwright, new WebSocket(`${address}/session`)));
});

function pass(playwright, browser) {
  const early = [];
  browser.on('open', () => early.splice(0).forEach((text) => browser.send(text)));
  browser.on('message', (data) => playwright.send(data.toString()));
  browser.on('close', () => playwright.close());
  browser.on('error', () => playwright.close());
  playwright.on('close', () => browser.close());
  playwright.on('message', (data) => {
    const text = data.toString();
    const { id, method } = JSON.parse(text);
    if (method === UNKNOWN) playwright.send(JSON.stringify({ type: 'success', id, result: {} }));
    else if (browser.readyState === WebSocket.OPEN) browser.send(text);
    else early.push(text);
  });
}
