// Passes every request on to a server with a key added, for programs that
// cannot send one: node with-key.mjs http://127.0.0.1:8080 KEY. It prints the
// address it listens at. All else stays as it came, Host and Origin included,
// but that what is meant for its own port is meant for the server's.
import http from 'node:http';

const [target, key] = process.argv.slice(2);
const { hostname, port } = new URL(target);
const server = http.createServer((from, to) => {
  const headers = { ...from.headers, authorization: `Bearer ${key}` };
  for (const name of ['host', 'origin']) headers[name] = headers[name]?.replace(`:${server.address().port}`, `:${port}`);
  if (!headers.origin) delete headers.origin;
  const up = http.request({ hostname, port, method: from.method, path: from.url, headers }, (answer) => {
    to.writeHead(answer.statusCode, answer.headers);
    to.flushHeaders();
    answer.pipe(to);
  });
  up.on('error', () => to.destroy());
  to.on('close', () => up.destroy());
  from.pipe(up);
}).listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
