/**
 * A provider on loopback that does what a test needs, in a process of its own, so that this one's event loop has only the calls
 * under test.
 * The behaviours, by the first part of the path, are in provider-process.js.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const program = path.join(import.meta.dirname, 'provider-process.js');

/** Starts it; `t.after` ends it. `tls`: {key, cert}, paths of PEM files. */
export async function startProvider(t, tls = undefined) {
  const server = fork(program, tls ? [tls.key, tls.cert] : [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  t.after(() => server.kill());
  const seen = [];
  server.on('message', (message) => seen.push(message));
  const [{ port }] = await once(server, 'message');
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    origin,
    /** The base_url under which the provider behaves so. */
    url: (behaviour) => `${origin}/${behaviour}`,
    /** Waits until the server has reported `event` so often; the test's own deadline guards against a hang. */
    async saw(event, times = 1) {
      for (;;) {
        const reports = seen.filter((message) => message.event === event);
        if (reports.length >= times) return reports[times - 1];
        await once(server, 'message');
      }
    },
  };
}

/** A port of loopback on which nothing listens. */
export async function deadPort() {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
