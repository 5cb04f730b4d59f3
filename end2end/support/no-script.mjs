// A proxy that forbids every script of what passes: Firefox cannot be told so by its driver, and its own switch
// (javascript.enabled) would stop the driver's scripts, too.
import { createServer, request as ask } from 'node:http';

createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  const { hostname, pathname, port, search } = new URL(request.url);
  const asked = ask({ hostname, port, path: pathname + search, method: request.method, headers: request.headers }, (answer) => {
    // Beside the page's own policy, and stronger than it.
    response.writeHead(answer.statusCode, [...answer.rawHeaders, 'Content-Security-Policy', "script-src 'none'"]);
    answer.pipe(response);
  });
  asked.on('error', (error) => response.destroy(error));
  response.on('close', () => asked.destroy());
  request.pipe(asked);
}).listen(4174, '127.0.0.1');
