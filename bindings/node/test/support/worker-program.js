/** A worker that streams and tells its parent what it got. */
import { parentPort, workerData } from 'node:worker_threads';

import { openClient } from './client.js';

const atEnd = [];
const client = openClient({ after: (close) => atEnd.push(close) }, workerData.url);
let text = '';
const { content } = await client.stream('x', (event) => {
  if (event.kind === 'text') text += event.text;
});
let thrown;
try {
  await client.stream('x', () => {
    throw 'from the worker';
  });
} catch (value) {
  thrown = value;
}
for (const close of atEnd) close();
parentPort.postMessage({ content, text, thrown });
