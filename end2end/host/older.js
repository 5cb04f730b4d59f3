// A company's page of the first generation: it makes a handler.
window.calls = [];
const button = document.getElementById('connect');
const config = () => ({
  connectToken: window.token,
  onSuccess: (...values) => window.calls.push(['onSuccess', ...values]),
  onExit: (...values) => window.calls.push(['onExit', ...values]),
});

/** As the package's README shows it. */
window.openAtOnce = () => {
  window.handler = window.PelmConnect.create(config());
  window.handler.open();
};

/** As pages before it did. */
window.openAwaited = async () => {
  window.handler = await window.PelmConnect.create(config());
  window.opened = await window.handler.open();
};

button.onclick = window.openAtOnce;
