// A company's page. It writes down what Connect calls.
window.calls = [];
window.openings = 0;
window.addEventListener('connect:open', () => { window.openings += 1; });

/** Callbacks that note their name, with a prefix to tell two sets apart. */
window.callbacks = (prefix = '') =>
  Object.fromEntries(['onSuccess', 'onExit', 'onReady'].map((name) => [name, (...values) => window.calls.push([prefix + name, ...values])]));

document.getElementById('connect').onclick = () => {
  const { onSuccess, onExit } = window.callbacks();
  PelmConnect.open({ connectToken: window.token, onSuccess, onExit });
};

// Long enough to scroll.
for (const id of ['above', 'below']) document.getElementById(id).style.height = '1500px';
