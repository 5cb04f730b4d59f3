/*
 * Documents that do without the app (src/web/hosted): their forms go their own way. In the loader's frame this tells how
 * the run ends; elsewhere it only sees to it that nothing is sent twice.
 */
(() => {
  'use strict';
  const bridge = window.connectBridge;
  const framed = new URLSearchParams(location.search).has('o');
  let sent = false; // The form that the customer has sent.
  let token = '';
  let leaving = false; // Before the token was here.

  /** The next document, within the loader's frame: who frames it stays behind the address. */
  const stays = (action) => `${new URL(action, location).pathname}${location.search}${location.hash}`;

  /** Calls a server function that takes the token alone: a text is its length and its bytes. */
  function call(name) {
    const bytes = new TextEncoder().encode(token);
    return fetch(`/_connect/${name}`, {
      method: 'POST', headers: { 'Content-Type': 'application/x-postcard' }, body: new Uint8Array([bytes.length, ...bytes]),
    });
  }

  /** Ends the run with the outcome that belongs to the screen. */
  async function leave() {
    const nav = document.getElementById('nav');
    leaving = !token;
    if (leaving || !nav) return;
    const { linked, utility, name } = nav.dataset;
    if (linked !== undefined) {
      const answer = await call('finish').catch(() => ({}));
      if (answer.ok) return bridge.success(new TextDecoder().decode((await answer.arrayBuffer()).slice(1)));
    } else {
      bridge.exit(utility ? 'unavailable_utility_credentials_submitted' : 'user_initiated_exit', utility, name);
    }
    // A new document: nothing typed waits for the next opening.
    const fields = Object.fromEntries(new FormData(nav));
    bridge.post(stays('/connect/step'), '', { ...fields, way: utility ? 'change' : 'look' });
  }

  document.addEventListener('submit', (event) => {
    const { target: form, submitter } = event;
    const ends = framed && submitter && submitter.name === 'way' && ['finish', 'close'].includes(submitter.value);
    if (sent || ends) event.preventDefault();
    if (ends) leave();
    if (sent || ends) return;
    if (framed) form.action = stays(form.action);
    sent = !submitter || submitter.formTarget !== '_blank';
  });
  window.addEventListener('pageshow', () => { sent = false; });

  // A document begins at its top; here a step has been made, which begins at its heading or first wrong field.
  window.addEventListener('load', () => {
    const start = document.querySelector('[aria-invalid=true]') || document.getElementById('title');
    if (start) start.focus();
  });

  bridge.listen(async (type, text) => {
    if (type === 'dismiss') {
      // Not by a key when something typed would be lost.
      const typed = [...document.querySelectorAll('input:not([type=hidden])')].some((field) => field.value !== field.defaultValue);
      if (framed && !typed) leave();
    }
    if (type !== 'token') return;
    token = text;
    if (leaving) leave();
    const { ok, status } = await call('load').catch(() => ({}));
    if (ok || status === 401) bridge.status(ok);
  });
})();
