/** The process behind provider.js. OpenAI's wire where nothing else is said. What it saw goes to the parent as {event, ...}. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const [key, cert] = process.argv.slice(2);
const server = key
  ? https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer)
  : http.createServer(answer);
server.listen(0, '127.0.0.1', () => process.send({ event: 'listening', port: server.address().port }));
process.on('disconnect', () => process.exit());

/** So many requests are reported: a parent that makes ten thousand calls is not to read all of them. */
let reports = 100;
let refused = 0;

function answer(request, response) {
  const [, behaviour, argument] = request.url.split('/');
  let body = '';
  request.on('data', (piece) => (body += piece));
  request.on('end', () => {
    const { method, url, headers } = request;
    if (reports-- > 0) process.send({ event: 'request', method, url, headers, body: body ? JSON.parse(body) : undefined });
    BEHAVIOURS[behaviour](response, argument, headers, body && JSON.parse(body));
  });
}

const BEHAVIOURS = {
  /** A whole answer. */
  answer: (response) => json(response, 200, completion('Four.')),

  /** A whole answer of Anthropic's wire. */
  message: (response) =>
    json(response, 200, {
      id: 'msg-1',
      type: 'message',
      role: 'assistant',
      model: 'model-2',
      content: [{ type: 'text', text: 'Yes.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
    }),

  /** An answer that repeats the last message. */
  echo: (response, _, headers, { messages }) => json(response, 200, completion(messages.at(-1).content)),

  /** A stream of `count` pieces, each with the last message and its number. */
  numbered(response, count, headers, { messages }) {
    startStream(response);
    for (let i = 0; i < Number(count); i++) response.write(chunk(`${messages.at(-1).content}:${i} `));
    finish(response);
  },

  /** A stream without end, as fast as it is read; reports when the reader has held it up for a while, and the end. */
  flood(response) {
    startStream(response);
    let count = 0;
    const held = () => process.send({ event: 'held up', count });
    let timer;
    // A reader that keeps up is never found held up: after a while of it, the other connections get their turn.
    const write = () => {
      clearTimeout(timer);
      if (response.destroyed) return;
      for (let i = 0; i < 100; i++) {
        if (!response.write(chunk(`word${count++} `))) return (timer = setTimeout(held, 300));
      }
      setImmediate(write);
    };
    response.on('drain', write).on('close', () => {
      clearTimeout(timer);
      process.send({ event: 'connection closed', count });
    });
    write();
  },

  /** One embedding for each text, whose numbers are the text's length and its place. */
  embed: (response, _, headers, { input }) =>
    json(response, 200, {
      object: 'list',
      model: 'model-1',
      data: [input].flat().map((text, index) => ({ object: 'embedding', index, embedding: [text.length, index] })),
      usage: { prompt_tokens: 2, total_tokens: 2 },
    }),

  /** 429 for the first `times` requests, then a whole answer. */
  busy(response, times) {
    if (refused++ < Number(times)) json(response, 429, { error: { message: 'busy', code: 'rate_limit_exceeded' } });
    else json(response, 200, completion('Four.'));
  },

  /** An answer of as many bytes, stream or not. */
  large: (response, bytes) => json(response, 200, completion('x'.repeat(Number(bytes)))),

  /** A stream of words that does not end by itself; reports when its connection goes. */
  endless(response) {
    startStream(response);
    let count = 0;
    const timer = setInterval(() => response.write(chunk(`word${count++} `)), 5);
    response.on('close', () => {
      clearInterval(timer);
      process.send({ event: 'connection closed', count });
    });
  },

  /** A stream of one text with NULs and characters of every length in UTF-8. */
  characters(response) {
    startStream(response);
    for (const text of ['a\0b', 'é', '€', '😀', '']) response.write(chunk(text));
    finish(response);
  },

  /** A whole answer, or a stream of the same with its usage, as is asked for. */
  either(response, _, headers, { stream }) {
    if (!stream) return json(response, 200, completion('Four.'));
    startStream(response);
    response.write(chunk('Four.'));
    response.write(`data: ${JSON.stringify({ ...completion(''), object: 'chat.completion.chunk', choices: [] })}\n\n`);
    finish(response);
  },

  /** A stream of one text of as many bytes. */
  streamed(response, bytes) {
    startStream(response);
    response.write(chunk('x'.repeat(Number(bytes))));
    finish(response);
  },

  /** A stream that is cut before it is done, after as many bytes of text. */
  truncated(response, bytes) {
    startStream(response);
    response.write(chunk('x'.repeat(Number(bytes))));
    response.end();
  },

  /** Never says anything. */
  silent() {},

  /** An error with this HTTP status, which repeats the key that was sent, as careless servers do. */
  status(response, status, headers) {
    const code = { 402: 'insufficient_quota', 429: 'rate_limit_exceeded' }[status] ?? 'some_code';
    response.setHeader('retry-after', '7');
    response.setHeader('x-request-id', 'req-17');
    json(response, Number(status), { error: { message: `refused ${headers.authorization}`, type: 'some_type', code } });
  },

  /** The prompt is too long. */
  context: (response) =>
    json(response, 400, {
      error: { message: 'This model\'s maximum context length is 8 tokens.', code: 'context_length_exceeded' },
    }),

  /** Models, for the path below it that ends in /models. */
  models: (response) =>
    json(response, 200, { object: 'list', data: [{ id: 'm-1', object: 'model', created: 1700000000, owned_by: 'us' }] }),

  /** No JSON at all. */
  nonsense(response) {
    response.setHeader('content-type', 'application/json');
    response.end('<html>');
  },
};

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function completion(content) {
  return {
    id: 'c-1',
    object: 'chat.completion',
    model: 'model-1',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  };
}

function startStream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function chunk(content, finish_reason = null) {
  const choices = [{ index: 0, delta: content === undefined ? {} : { content }, finish_reason }];
  return `data: ${JSON.stringify({ id: 'c-2', object: 'chat.completion.chunk', model: 'model-1', choices })}\n\n`;
}

function finish(response) {
  response.write(chunk(undefined, 'stop'));
  response.end('data: [DONE]\n\n');
}
