/*
 * Brings a page of ours to life, under Trusted Types. Text becomes markup only by the default policy,
 * which takes none with active content in it: the views are compiled in, and what the server draws has none.
 */
const { glue, wasm } = document.querySelector('script[data-glue]').dataset;

if (window.trustedTypes) {
  const inert = trustedTypes.createPolicy('inert', { createHTML: (html) => html });
  const harmful = (element) => element.matches('script, iframe, object, embed, base, meta, link, style, template')
    || [...element.attributes].some(({ name, value }) => name.startsWith('on') || /^\s*javascript:/i.test(value));
  trustedTypes.createPolicy('default', {
    createHTML(html) {
      // Parsed where nothing runs and nothing is loaded.
      const parsed = new DOMParser().parseFromString(inert.createHTML(html), 'text/html');
      return [...parsed.querySelectorAll('*')].some(harmful) ? null : html;
    },
  });
}

import(glue).then(async ({ default: init, hydrate }) => {
  await init({ module_or_path: wasm });
  hydrate();
}).catch((error) => {
  if (!window.connectBridge) throw error;
  console.warn('Connect goes on without WebAssembly:', error);
  window.connectBridge.plain();
});
