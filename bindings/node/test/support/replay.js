/** The recorded exchanges, served on loopback by a process of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { recordings, replayProgram, requireRecordings } from './checkout.js';

/**
 * Starts the server; `t.after` ends it.
 *
 * @param {{split?: number}} options split: bytes of one piece of a stream
 * @returns {Promise<{url: (exchange: string) => string, requests: () => Promise<object[]>}>}
 */
export async function startReplay(t, { split = 0 } = {}) {
  requireRecordings();
  const server = spawn(process.env.PYTHON ?? 'python3', [replayProgram, '--root', recordings, '--split', String(split)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => server.kill());
  const [base] = await Promise.race([
    once(createInterface({ input: server.stdout }), 'line'),
    once(server, 'exit').then(() => Promise.reject(new Error('replay.py ended before it listened'))),
  ]);
  return {
    url: (exchange) => `${base}/${exchange}`,
    requests: async () => (await fetch(`${base}/_requests`)).json(),
  };
}

/** Every recording of a wire, such as "anthropic": its name for `url`, and what it holds. */
export function recordingsOf(wire) {
  requireRecordings();
  const found = [];
  for (const provider of readdirSync(path.join(recordings, wire)).sort()) {
    for (const file of readdirSync(path.join(recordings, wire, provider)).sort()) {
      const name = `${wire}/${provider}/${path.basename(file, '.json')}`;
      found.push({ name, ...JSON.parse(readFileSync(path.join(recordings, `${name}.json`), 'utf8')) });
    }
  }
  if (found.length === 0) throw new Error(`no recording of ${wire} in ${recordings}`);
  return found;
}
