/*
 * Connect bridge: the iframe's side of the protocol in docs/EMBEDDING.md. Runs in <head>, so the
 * handshake is done and messages are kept before the app is there to listen.
 */
(() => {
  'use strict';
  const host = window.parent;
  const params = new URLSearchParams(location.search);
  const hostOrigin = params.get('o') || '';
  const nonce = location.hash.slice(1);
  const embedded = host !== window;
  const framed = embedded && hostOrigin.includes('://'); // '*' and '/' would be accepted as a target too.
  const plain = document.documentElement.hasAttribute('data-plain'); // A document that does without the app.
  const queue = [];
  let listener = null;
  let port = null;
  let run; // The opening that an outcome belongs to.
  let page = ''; // The company's page, to come back to.
  let token; // The connect token.
  let watch; // Timer over the utility's window.
  let patience; // Timer over the app.
  let withoutApp = false; // The app does not come.

  function deliver(type, text) {
    queue.push([type, text]);
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
    if (early && !patience) patience = setTimeout(goPlain, 10000);
  }
  if (!plain) for (const type of ['click', 'submit']) document.addEventListener(type, hold, true);

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

  // A keyboard has come over the page (initialize.js): the field stays in sight.
  window.addEventListener('resize', () => {
    const at = document.activeElement;
    if (at && at.matches('input')) at.scrollIntoView({ block: 'nearest' });
  });

  // A file may be dropped anywhere on a screen that takes one. Elsewhere the browser would open it.
  for (const type of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(type, (event) => {
      const field = document.getElementById('file');
      const { files, types } = event.dataTransfer;
      if (!types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = field ? 'copy' : 'none';
      document.body.toggleAttribute('data-drag', Boolean(field) && type === 'dragover');
      if (plain || type !== 'drop' || !field || !files.length || field.dataset.busy) return;
      field.files = files;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }

  // A screen that is longer than the window, and has no control to go to, is scrolled by keys all the same.
  function reachable() {
    for (const main of document.querySelectorAll('.main')) {
      const long = main.scrollHeight > main.clientHeight;
      if (long && !main.querySelector('a, button, input')) main.tabIndex = 0;
      else if (!long && main.tabIndex === 0) main.removeAttribute('tabindex');
    }
  }
  document.addEventListener('DOMContentLoaded', () => {
    new MutationObserver(reachable).observe(document.body, { childList: true, subtree: true });
    window.addEventListener('resize', () => requestAnimationFrame(reachable)); // Once the window's rules count.
    reachable();
  });

  // A question that is answered by going on leads back to the field that it interrupted.
  document.addEventListener('focusin', ({ target }) => {
    if (!target.matches('.screen input')) return;
    for (const field of document.querySelectorAll('[data-focus]')) delete field.dataset.focus;
    target.dataset.focus = '';
  });

  /** What is chosen on the screen. */
  function ticked() {
    return [...document.querySelectorAll('.screen input:checked')].map((input) => input.value).join();
  }

  // What the screens do that the server draws: their buttons name it in data-way.
  document.addEventListener('click', ({ target }) => {
    const button = ready && !plain && target.closest && target.closest('[data-way]');
    if (!button) return;
    const { way } = button.dataset;
    if (way === 'visit') visit(button);
    else if (way === 'leave') setOut(button, '_top', page);
    else listener(way, button.dataset.value || ticked());
  });
  document.addEventListener('change', ({ target }) => {
    if (!plain && target.id === 'file' && target.files.length && !target.dataset.busy) upload(target);
  });

  /** Sends a form, so that what is in it is in no address. */
  function post(action, target, fields) {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action, target, hidden: true });
    for (const [name, value] of Object.entries(fields)) {
      form.append(Object.assign(document.createElement('input'), { name, value }));
    }
    document.body.append(form);
    form.submit();
    form.remove();
  }

  /** Goes to the utility's site by way of a form, whose answer proves that this browser set out. */
  function setOut(button, target, back) {
    post('/greenbutton/go', target, { token, step: button.dataset.step, page: back, language: document.documentElement.lang });
  }

  /** Opens the utility's site in a window, within the click, and watches it while the screen stands. */
  function visit(button) {
    const name = 'connect-utility'; // One for all clicks.
    // With an opener, else nobody could close it: a utility that is trusted with a password is with that.
    const other = window.open('', name, 'popup,width=560,height=760');
    const show = (when) => {
      for (const note of document.querySelectorAll('[data-when]')) note.hidden = note.dataset.when !== when;
    };
    show(other ? 'open' : 'blocked');
    if (!other) return;
    setOut(button, name, '');
    listener('wait', '');
    clearInterval(watch);
    watch = setInterval(() => {
      if (button.isConnected && !other.closed) return;
      clearInterval(watch);
      other.close();
      if (!button.isConnected) return;
      show('gone');
      listener('load', ''); // Perhaps all is done.
    }, 400);
  }

  /** Sends the file of the field, and says how far it is. */
  function upload(field) {
    const [file] = field.files;
    const { step, largest } = field.dataset;
    const text = document.querySelector('.drop-do');
    const bar = document.querySelector('.drop progress');
    const said = document.querySelector('.drop-said');
    const { choose, sending, reading } = text.dataset;
    const call = new XMLHttpRequest();
    call.open('POST', '/_connect/file');
    call.setRequestHeader('Authorization', `Bearer ${token}`);
    call.setRequestHeader('X-Connect-Step', step);
    call.setRequestHeader('Accept-Language', document.documentElement.lang);
    call.setRequestHeader('X-Connect-Size', file.size);
    const tell = (sent) => {
      bar.value = sent;
      text.textContent = sent < 100 ? sending.replace('{percent}', sent) : reading;
      if (sent === 0 || sent === 100) said.textContent = text.textContent;
    };
    call.upload.onprogress = ({ loaded, total }) => tell(Math.floor((loaded / total) * 100));
    call.onloadend = () => {
      bar.hidden = true;
      delete field.dataset.busy;
      field.value = '';
      text.textContent = choose;
      listener([200, 401, 409].includes(call.status) ? 'load' : 'lost', '');
    };
    bar.hidden = false;
    field.dataset.busy = 'true'; // Not disabled: it keeps the focus.
    tell(0);
    // What is too large is refused by its size alone.
    call.send(file.size > largest ? null : file);
  }

  /** On without the app, from where the run is: the server draws each screen as a document of forms. */
  function goPlain() {
    withoutApp = true;
    if (!token || ready || plain) return;
    // Who frames us stays behind the address, for the next documents.
    post(`/connect/step${location.search}${location.hash}`, '', { key: token, step: 0, way: 'look', o: hostOrigin, l: params.get('l') || '' });
  }

  // What does not come need not be waited for: a module that is not known or not loaded.
  if (!('noModule' in HTMLScriptElement.prototype)) goPlain();
  window.addEventListener('error', ({ target }) => {
    if (target.dataset && target.dataset.glue) goPlain();
  }, true);

  function replay() {
    ready = true;
    clearTimeout(patience);
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
    // The answer to the document before may come here, too: the loader listens to the last one.
    [port] = ports;
    port.onmessage = onMessage;
    if (token) return;
    if (typeof data.page === 'string' && data.page.startsWith(`${hostOrigin}/`)) {
      page = data.page.length > 2000 ? `${hostOrigin}/` : data.page;
    }
    token = data.token;
    deliver('token', token);
    if (withoutApp) goPlain();
  }

  function onMessage({ data }) {
    if (!data || !['open', 'dismiss', 'closed'].includes(data.type)) return;
    if (data.type === 'open') run = data.run;
    deliver(data.type, '');
  }

  window.connectBridge = {
    /** The app will not come. */
    plain: goPlain,
    post,
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

  if (framed) {
    window.addEventListener('message', onToken);
    try {
      host.postMessage({ connect: 1, type: 'hello', nonce, lang: document.documentElement.lang }, hostOrigin);
    } catch (error) { /* Not an origin: nobody to talk to. */ }
  }
})();
