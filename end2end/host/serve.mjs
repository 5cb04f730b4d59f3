// A company's web server: pages that embed Connect, on another site than Connect's, and the
// company's own backend, which keeps the client secret.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { build } from 'esbuild';

const connect = 'http://localhost:8080';
const folder = import.meta.dirname;
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };
const strict = `default-src 'none'; script-src 'self' ${connect}; frame-src ${connect}; connect-src 'self'`;
const policies = {
  '/strict.html': strict,
  // What the loader needs, and nothing for the page's own sake: it has no script.
  '/exact.html': `default-src 'none'; script-src ${connect}; frame-src ${connect}`,
  '/trusted-types.html': `${strict}; require-trusted-types-for 'script'`,
};
const files = ['/exact.html', '/plain.html', '/older.html', '/react.html', '/strict.html', '/plain.js', '/older.js', '/host.css'];

const { outputFiles } = await build({
  entryPoints: [join(folder, 'react/App.tsx')],
  bundle: true,
  write: false,
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"development"' }, // StrictMode mounts twice only there.
});

async function credentials() {
  const { PELM_CLIENT_ID, PELM_SECRET } = parseEnv(await readFile(join(process.env.CONNECT_E2E_DATA, 'sandbox-client.env'), 'utf8'));
  return { 'Pelm-Client-Id': PELM_CLIENT_ID, 'Pelm-Secret': PELM_SECRET };
}

/** A call of Connect's API with the client's credentials. */
async function api(path, { form, access } = {}) {
  const headers = { ...(await credentials()), ...(access && { Authorization: `Bearer ${access}` }) };
  const answer = await fetch(connect + path, { method: form ? 'POST' : 'GET', headers, body: form });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
}

const backend = {
  '/connect-token': (form) => api('/auth/connect-token', { form }),
  '/authorization': async (form) => {
    const { access_token: access } = await api('/auth/token', { form });
    return { accounts: await api('/accounts', { access }) };
  },
};

/** A page without any script: a form that leads to Connect, in the whole window or in a frame. */
function page(params) {
  const target = params.has('frame') ? ' target="connect"' : '';
  const frame = params.has('frame') ? '<iframe name="connect" title="Link your utility" width="420" height="640"></iframe>' : '';
  return `<!doctype html><html lang="en"><title>Northwind Solar</title><main><h1>Northwind Solar</h1>
    <form method="post" action="${connect}/connect"${target}>
    <input type="hidden" name="connect_token" value="${params.get('token')}">
    <input type="hidden" name="redirect_uri" value="http://127.0.0.1:4173/back">
    <input type="hidden" name="state" value="of-the-company"><button>Connect your utility</button></form>${frame}</main></html>`;
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  const send = (type, body, headers = {}) => response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }).end(body);
  if (pathname === '/healthz') return send('text/plain', 'ok');
  if (pathname === '/favicon.ico') return response.writeHead(204).end();
  if (pathname === '/react.js') return send(types['.js'], outputFiles[0].contents);
  if (request.method === 'POST' && backend[pathname]) {
    let body = '';
    for await (const part of request) body += part;
    return send('application/json', JSON.stringify(await backend[pathname](new URLSearchParams(body))));
  }
  if (pathname === '/form') return send(types['.html'], page(new URL(request.url, 'http://127.0.0.1').searchParams));
  if (pathname === '/back') return send(types['.html'], '<!doctype html><html lang="en"><title>Northwind Solar</title><main><h1>Welcome back</h1></main></html>');
  // Two policies are for the same page.
  const policy = policies[pathname];
  const file = pathname === '/trusted-types.html' ? '/strict.html' : pathname;
  if (!files.includes(file)) return response.writeHead(404).end();
  send(types[extname(file)], await readFile(join(folder, file)), policy ? { 'Content-Security-Policy': policy } : {});
}

createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
}).listen(4173, '127.0.0.1');
