// Connect loader: window.PelmConnect, an iframe in a modal dialog. See docs/EMBEDDING.md.
// Styles go through the CSSOM only, which a strict CSP allows.
(() => {
  'use strict';
  const script = document.currentScript;
  // react-script-hook 1.7, within react-pelm-connect, looks while it renders and listens a moment later: with a script
  // that has loaded in between, the button would stay disabled. Who comes too late is told all the same.
  if (script) {
    script.addEventListener('load', () => {
      script.addEventListener = (type, listener, ...rest) => {
        EventTarget.prototype.addEventListener.call(script, type, listener, ...rest);
        if (type === 'load' && typeof listener === 'function') queueMicrotask(() => listener.call(script, new Event(type)));
      };
    }, true);
  }
  if (window.PelmConnect) return; // Wrappers load this more than once.

  const base = new URL((script && script.src) || location.href).origin;
  const opaque = [location.origin, window.origin].includes('null');
  const tokenShape = /^cnt_(test|live)_ct_([0-9A-Za-z]{22})_([0-9A-Za-z]{49})$/;
  const exitStatuses = ['token_invalid', 'user_initiated_exit', 'unavailable_utility_credentials_submitted'];
  const cover = {
    all: 'revert', position: 'fixed', inset: 0, width: '100%', height: '100%', 'min-height': '100dvh',
    'max-width': 'none', 'max-height': 'none', margin: 0, padding: 0, border: 0, outline: 0,
    background: 'none', overflow: 'hidden', 'overscroll-behavior': 'contain', 'pointer-events': 'auto',
    'color-scheme': 'light', // as the frame's document, else it is opaque
  };
  // What is said while there is no frame: its title, the dialog's name, waiting, close, failure.
  const words = {
    en: ['Connect: link your utility', 'Link your utility', 'One moment…', 'Close', 'Connect could not be loaded. Check your connection, then try again.'],
    es: ['Connect: vincule su compañía de energía', 'Vincule su compañía de energía', 'Un momento…', 'Cerrar', 'No se pudo cargar Connect. Revise su conexión e inténtelo de nuevo.'],
    fr: ['Connect\u00a0: relier votre fournisseur d’énergie', 'Relier votre fournisseur d’énergie', 'Un instant…', 'Fermer', 'Connect n’a pas pu être chargé. Vérifiez votre connexion, puis réessayez.'],
    zh: ['Connect：关联您的能源公司', '关联您的能源公司', '请稍候…', '关闭', '无法加载 Connect。请检查您的网络连接，然后重试。'],
    vi: ['Connect: liên kết công ty năng lượng của quý vị', 'Liên kết công ty năng lượng của quý vị', 'Xin chờ một chút…', 'Đóng', 'Không tải được Connect. Xin kiểm tra kết nối mạng rồi thử lại.'],
    ar: ['Connect: ربط شركة الطاقة', 'ربط شركة الطاقة', 'لحظة من فضلك…', 'إغلاق', 'تعذّر تحميل Connect. يُرجى التحقق من الاتصال ثم المحاولة مرة أخرى.'],
  };
  let backdropSheet;
  let spent; // The token of the last success.

  const isText = (value) => typeof value === 'string';
  /** The tag's language, where it is one that Connect speaks; Chinese in traditional characters is none. */
  const spoken = (tag) => {
    const key = isText(tag) && !/^zh(?!.*hans).*(hant|tw|hk|mo)/i.test(tag) && tag.toLowerCase().split(/[-_]/)[0];
    return words.hasOwnProperty(key) && key; // Object.hasOwn is too new for some phones.
  };
  const page = () => document.body || document.documentElement;

  function isToken(value) {
    if (opaque) console.error('Connect needs a page served over http(s)');
    return !opaque && isText(value) && value !== spent && tokenShape.test(value);
  }

  function style(element, properties) {
    for (const name in properties) element.style.setProperty(name, properties[name], 'important');
  }

  /** An error in it is reported as the host's own. */
  function call(callback, ...values) {
    if (callback) queueMicrotask(() => callback(...values));
  }

  /** The frame draws the dimming. */
  function hideBackdrop() {
    const sheets = document.adoptedStyleSheets;
    if (!sheets || sheets.includes(backdropSheet)) return;
    backdropSheet = new CSSStyleSheet();
    backdropSheet.replaceSync('dialog[data-connect]::backdrop{display:none!important}');
    document.adoptedStyleSheets = [...sheets, backdropSheet];
  }

  /** The language of what is said here, until the frame is there. */
  function languageOf(config) {
    return [config.language, ...(navigator.languages || [])].map(spoken).find(Boolean) || 'en';
  }

  function createFrame(token, config, parent, onHello, onMessage) {
    const nonce = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, '0')).join('');
    const iframe = document.createElement('iframe');
    [iframe.title] = words[languageOf(config)];
    iframe.allow = 'clipboard-write';
    iframe.src = `${base}/connect/frame?s=${tokenShape.exec(token)[2]}&o=${encodeURIComponent(location.origin)}${config.language ? `&l=${encodeURIComponent(config.language)}` : ''}#${nonce}`;
    iframe.onload = () => {
      frame.settled = true;
      if (frame.awaited && !frame.port) frame.awaited();
    };

    const frame = {
      token, iframe, language: config.language, // later: port, valid, settled (loaded or given up), awaited (to be told of an error page)
      send(message) {
        if (frame.port) frame.port.postMessage(message);
      },
      discard() {
        window.removeEventListener('message', greet);
        frame.port = undefined;
        iframe.remove();
      },
    };

    /** A reloaded frame says hello again. */
    function greet({ origin, source, data }) {
      if (origin !== base || !source || source !== iframe.contentWindow) return;
      if (!data || data.connect !== 1 || data.type !== 'hello' || data.nonce !== nonce) return;
      const { port1, port2 } = new MessageChannel();
      frame.port = port1;
      frame.valid = undefined;
      port1.onmessage = (event) => {
        if (frame.port === port1 && event.data) onMessage(event.data);
      };
      source.postMessage({ connect: 1, type: 'token', nonce, token, page: location.href.split('#')[0] }, base, [port2]);
      onHello(data.lang);
    }

    window.addEventListener('message', greet);
    parent.append(iframe);
    return frame;
  }

  function readConfig(config) {
    const read = {};
    for (const name of ['connectToken', 'onSuccess', 'onExit', 'onReady']) {
      const value = config && config[name];
      if (name === 'connectToken' ? value != null : typeof value === 'function') read[name] = value;
    }
    if (config && spoken(config.language)) read.language = config.language;
    return read;
  }

  function createConnector() {
    let initialized = {};
    const waiting = []; // onReady callbacks
    const card = document.createElement('div');
    let dialog, frame;
    let session; // while the modal is open
    let says; // words of the frame's language
    let runs = 0;

    const dismiss = () => frame.send({ type: 'dismiss' });

    function createDialog() {
      dialog = document.createElement('dialog');
      dialog.dataset.connect = '';
      style(dialog, cover);
      dialog.onclick = ({ target }) => { if (target === dialog) dismiss(); };
      dialog.oncancel = (event) => {
        event.preventDefault();
        if (frame.port) dismiss();
        else exitWith('user_initiated_exit');
      };
      // A second Escape closes it anyway.
      dialog.onclose = () => { if (session) show(); };
      page().append(dialog);
    }

    /** Makes the frame fit the token, while the modal is closed. */
    function prepare(token, given) {
      const attached = dialog && dialog.isConnected; // The host may have removed it.
      const config = { ...initialized, ...given };
      if (frame && !(attached && frame.token === token && [undefined, frame.language].includes(config.language))) dropFrame();
      if (frame || !isToken(token)) return;
      if (!attached) createDialog();
      frame = createFrame(token, config, dialog, onHello, onMessage);
      speak(languageOf(config));
      // Hidden until hello: it may be an error page.
      style(frame.iframe, { ...cover, position: 'absolute', 'min-height': 0, visibility: 'hidden' });
    }

    function speak(language) {
      says = words[language];
      [frame.iframe.title] = says;
      dialog.lang = language;
      dialog.setAttribute('aria-label', says[1]);
    }

    function dropFrame() {
      frame.discard();
      frame = undefined;
    }

    function onHello(language) {
      if (spoken(language)) speak(spoken(language)); // The token may have one of its own.
      style(frame.iframe, { visibility: 'visible' });
      if (session && !session.greeted) redraw();
      if (session) startSession();
      callReady();
    }

    /** Chromium draws nothing of a document that was on its way when the dialog opened, until it is shown anew. */
    function redraw() {
      session.greeted = true;
      style(frame.iframe, { display: 'none' });
      frame.iframe.getBoundingClientRect(); // Else the two would be one change, thus none.
      style(frame.iframe, { display: 'revert' });
    }

    function onMessage({ type, valid, code, status, metadata, run }) {
      if (type === 'status' && typeof valid === 'boolean') {
        frame.valid = valid;
        if (session && !valid) exitWith('token_invalid');
      } else if (!session || (run && run !== session.run)) {
        return; // too late
      } else if (type === 'success' && code && isText(code)) {
        spent = frame.token;
        dropFrame();
        call(close().onSuccess, code);
      } else if (type === 'exit' && exitStatuses.includes(status)) {
        exitWith(status, metadata);
      }
    }

    function callReady() {
      if (frame && !frame.port) return;
      for (const callback of waiting.splice(0)) call(callback);
    }

    /** A keyboard on the screen covers the page and leaves its size alone: the modal keeps to what is seen. */
    function fit() {
      const { height, offsetTop, scale } = window.visualViewport;
      const covered = scale < 1.01 && innerHeight - height > 60;
      style(dialog, { height: covered ? `${height}px` : '100%', 'min-height': covered ? 0 : '100dvh', top: covered ? `${offsetTop}px` : 0 });
    }

    function follow(how) {
      const seen = window.visualViewport; // Some phones have none.
      if (!seen) return;
      for (const type of ['resize', 'scroll']) seen[how](type, fit);
      fit();
    }

    function show() {
      if (dialog.open) return;
      follow('addEventListener');
      hideBackdrop();
      // Host focus traps set these.
      dialog.removeAttribute('inert');
      dialog.removeAttribute('aria-hidden');
      dialog.showModal();
      frame.iframe.focus({ preventScroll: true });
    }

    function startSession() {
      hideCard();
      frame.send({ type: 'open', run: session.run });
      frame.iframe.focus({ preventScroll: true });
    }

    function close() {
      const { given, opener, left, top } = session;
      const callbacks = { ...initialized, ...given };
      hideCard();
      session = undefined;
      follow('removeEventListener');
      dialog.close();
      if (opener && opener.isConnected) opener.focus({ preventScroll: true });
      if (scrollX !== left || scrollY !== top) scrollTo({ left, top, behavior: 'instant' });
      window.dispatchEvent(new CustomEvent('connect:close'));
      return callbacks;
    }

    function exitWith(status, metadata) {
      const { utility_id, utility_name } = metadata || {};
      call(close().onExit, status, isText(utility_id) && isText(utility_name) ? { utility_id, utility_name } : {});
    }

    /** In place of a frame that is not there yet, or will not come. */
    function showCard(text) {
      const failed = text === says[4];
      if (failed) {
        frame.settled = true;
        console.error(`Connect did not load. Is ${location.origin} registered for this client?`);
      }
      card.setAttribute('role', failed ? 'alert' : 'status');
      card.lang = languageOf({ ...initialized, ...session.given });
      card.dir = card.lang === 'ar' ? 'rtl' : 'ltr';
      style(dialog, { background: 'rgb(16 32 46 / 46%)' });
      style(card, {
        all: 'revert', position: 'absolute', inset: 0, margin: 'auto', width: 'min(22rem, 86%)', height: 'fit-content',
        padding: '24px', 'box-sizing': 'border-box', border: '1px solid transparent', 'border-radius': '20px',
        'color-scheme': 'light dark', background: 'Canvas', color: 'CanvasText', 'text-align': 'center', 'text-wrap': 'balance',
        font: '16px/24px system-ui, sans-serif', 'box-shadow': '0 12px 40px rgb(16 32 46 / 22%)',
      });
      const button = document.createElement('button');
      button.textContent = says[3];
      style(button, {
        all: 'revert', display: 'block', width: '100%', 'min-height': '50px', 'margin-top': '20px', border: '1px solid',
        'border-radius': '10px', background: 'none', color: 'inherit', font: '600 16px/24px system-ui, sans-serif', cursor: 'pointer',
      });
      button.onclick = () => exitWith('user_initiated_exit');
      card.replaceChildren(text, button);
      dialog.append(card);
      button.focus();
    }

    function awaitFrame() {
      session.timer = setTimeout(() => {
        // Loaded, and has not said hello: an error page, or the browser does not let this page show it.
        if (frame.settled) return showCard(says[4]);
        showCard(says[2]);
        frame.awaited = () => session && showCard(says[4]);
        session.timer = setTimeout(showCard, 11000, says[4]);
      }, 1000);
    }

    function hideCard() {
      clearTimeout(session.timer);
      card.remove();
      style(dialog, { background: 'none' });
    }

    return {
      /** Wrappers call it on every render. */
      initialize(config) {
        initialized = readConfig(config);
        const { connectToken, onReady } = initialized;
        if (connectToken === undefined) return;
        if (!session) prepare(connectToken);
        if (opaque || !onReady) return;
        waiting.push(onReady);
        callReady();
      },
      open(config) {
        if (session && dialog.isConnected) return;
        if (session) hideCard();
        session = undefined;
        const given = readConfig(config);
        if (frame && frame.settled && !frame.port) dropFrame(); // failed: try again
        const { connectToken, onExit } = { ...initialized, ...given };
        prepare(connectToken, given);
        if (!frame || frame.valid === false) return call(onExit, 'token_invalid', {});
        session = { given, opener: document.activeElement, left: scrollX, top: scrollY, run: ++runs };
        window.dispatchEvent(new CustomEvent('connect:open'));
        if (!session) return; // closed by a listener
        show();
        if (frame.port) startSession();
        else awaitFrame();
      },
      /** Closes without a callback. */
      exit() {
        if (!session) return;
        frame.send({ type: 'closed' });
        close();
      },
    };
  }

  function validateToken(token) {
    return new Promise((resolve) => {
      if (!isToken(token)) return resolve(false);
      const answer = (valid) => {
        clearTimeout(timer);
        frame.discard();
        resolve(valid);
      };
      const timer = setTimeout(answer, 8000, false);
      const frame = createFrame(token, {}, page(), () => {}, ({ type, valid }) => {
        if (type === 'status' && typeof valid === 'boolean') answer(valid);
      });
      style(frame.iframe, { display: 'none' });
    });
  }

  function create(config) {
    const { initialize, open, exit } = createConnector();
    initialize(config);
    return {
      async open(given) { open(given); return {}; },
      async exit() { exit(); return {}; },
      validateToken,
    };
  }

  window.PelmConnect = { ...createConnector(), create };
})();
