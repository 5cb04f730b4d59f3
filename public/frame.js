/*
 * Connect bridge: the iframe's side of the protocol in docs/EMBEDDING.md. Runs in <head>, so the
 * handshake is done and messages are kept before the app is there to listen.
 */
(() => {
  'use strict';
  const host = window.parent;
  const hostOrigin = new URLSearchParams(location.search).get('o') || '';
  const nonce = location.hash.slice(1);
  const embedded = host !== window;
  const queue = [];
  let listener = null;
  let port = null;
  let run; // The opening that an outcome belongs to.

  function deliver(type, token) {
    queue.push([type, token]);
    flush();
  }

  function flush() {
    while (listener && queue.length) {
      const message = queue.shift();
      listener(...message);
      if (message[0] === 'token') replay();
    }
  }

  // What the customer does before the app is there is neither lost nor sent by the browser itself.
  let early = null;
  let ready = false;
  let pressed; // The control of the click before.

  function hold(event) {
    if (ready) return;
    if (event.type === 'submit') event.preventDefault();
    else early = (event.target.closest && event.target.closest('button')) || early;
  }
  for (const type of ['click', 'submit']) document.addEventListener(type, hold, true);

  function block(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // The second click of a double click is not for the screen that the first one brought, nor is
  // a key that is still held down.
  document.addEventListener('click', (event) => {
    const control = event.target.closest && event.target.closest('button, a, .row');
    if (event.detail > 1 && control !== pressed) block(event);
    else pressed = control;
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.repeat && event.key === 'Enter') block(event);
  }, true);

  // Wherever the focus is, and after whoever has a use for the key himself.
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    if (ready) listener('dismiss', '');
    else early = 'Escape';
  });

  function replay() {
    ready = true;
    if (early === 'Escape') listener('dismiss', '');
    else if (early) (early.isConnected ? early : document.querySelector('.foot .primary')).click();
    early = null;
  }

  function send(message) {
    if (port) port.postMessage(message);
  }

  function onToken({ origin, source, data, ports }) {
    if (origin !== hostOrigin || source !== host || !data || data.connect !== 1) return;
    if (data.type !== 'token' || data.nonce !== nonce || typeof data.token !== 'string' || !ports[0]) return;
    window.removeEventListener('message', onToken);
    port = ports[0];
    port.onmessage = onMessage;
    deliver('token', data.token);
  }

  function onMessage({ data }) {
    if (!data || !['open', 'dismiss', 'closed'].includes(data.type)) return;
    if (data.type === 'open') run = data.run;
    deliver(data.type, '');
  }

  window.connectBridge = {
    embedded,
    /** callback(type, token): 'token' first, then 'open', 'dismiss' and 'closed' as they come. */
    listen(callback) {
      listener = callback;
      flush();
    },
    status(valid) {
      send({ type: 'status', valid: Boolean(valid) });
    },
    success(code) {
      send({ type: 'success', code: String(code), run });
    },
    exit(status, utilityId, utilityName) {
      const metadata = utilityId ? { utility_id: String(utilityId), utility_name: String(utilityName || '') } : {};
      send({ type: 'exit', status, metadata, run });
    },
  };

  // '*' and '/' would be accepted as a target too.
  if (embedded && hostOrigin.includes('://')) {
    window.addEventListener('message', onToken);
    try {
      host.postMessage({ connect: 1, type: 'hello', nonce }, hostOrigin);
    } catch (error) { /* Not an origin: nobody to talk to. */ }
  }
})();
