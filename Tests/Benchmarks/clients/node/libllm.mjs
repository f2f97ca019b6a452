// libllm's Node client: complete, and streams with for await. See ../measure.h for what this takes and prints.
//
//   node --experimental-ffi libllm.mjs BASE MEASURE ...       or BASE load
import { readFileSync } from 'node:fs';

const began = performance.now();
const { Client } = await import('../../../../bindings/node/src/index.js');
const imported = performance.now();

const MESSAGES = [{ role: 'user', content: 'What is 2+2? Answer in one sentence, please.' }];
const TEXT_WIDTH = 7;

const open = (base) =>
  new Client({ provider: 'openai', api_key: 'key', model: 'm', base_url: base,
               rate_limit: { per_minute: 0, per_hour: 0, max_concurrent: 0 } });
const pieces = (client) => client.stream(MESSAGES).text;
const say = (measure, figures) => console.log(JSON.stringify({ measure, ...figures }));
const residentKB = () => Number(readFileSync('/proc/self/statm', 'ascii').split(' ')[1]) * 4;
const percentile = (values, part) =>
  values.toSorted((a, b) => a - b)[Math.min(Math.floor(part * values.length), values.length - 1)];
const words = (events) => Array.from({ length: events }, (_, number) => `${String(number % 1e6).padStart(6, '0')} `).join('');

function now() {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() * 1e3, cpu: user + system };
}

function since(before, count) {
  const after = now();
  return { wall: (after.wall - before.wall) / count, cpu: (after.cpu - before.cpu) / count };
}

async function length(client) {
  let sum = 0;
  for await (const piece of pieces(client)) sum += piece.length;
  return sum;
}

async function perStream(base, count, events) {
  const client = open(`${base}/s${events}`);
  let text = '';
  for await (const piece of pieces(client)) text += piece;
  if (text !== words(events)) throw new Error('an event was lost or out of order');
  const before = now();
  for (let i = 0; i < count; i++) {
    if ((await length(client)) !== events * TEXT_WIDTH) throw new Error('an event was lost');
  }
  return since(before, count);
}

const measures = {
  async event(base, streams, events) {
    const empty = await perStream(base, streams * 5, 0);
    const whole = await perStream(base, streams, events);
    say('event', { wall_us: (whole.wall - empty.wall) / events, cpu_us: (whole.cpu - empty.cpu) / events });
  },

  async call(base, count) {
    const client = open(`${base}/c`);
    const walls = [];
    for (let i = 0; i < count / 10 + 5; i++) {
      if (!(await client.complete(MESSAGES)).content.includes('make four')) throw new Error('a wrong answer');
    }
    const before = now();
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await client.complete(MESSAGES);
      walls.push((performance.now() - start) * 1e3);
    }
    const { wall, cpu } = since(before, count);
    say('call', { wall_us: wall, cpu_us: cpu, p50_us: percentile(walls, 0.5), p99_us: percentile(walls, 0.99) });
  },

  async first(base, count) {
    const client = open(`${base}/s1`);
    const times = [];
    for (let i = 0; i < count * 1.1 + 5; i++) {
      const start = performance.now();
      let at = 0;
      for await (const _ of pieces(client)) at ||= performance.now();
      times.push((at - start) * 1e3);
    }
    const last = times.slice(-count);
    say('first', { p50_us: percentile(last, 0.5), p99_us: percentile(last, 0.99) });
  },

  async flight(base, atOnce, count) {
    const client = open(`${base}/c`);
    const each = Math.max(Math.floor(count / atOnce), 1);
    const run = async (calls) => {
      for (let i = 0; i < calls; i++) await client.complete(MESSAGES);
    };
    await Promise.all(Array.from({ length: atOnce }, () => run(1)));
    const before = now();
    await Promise.all(Array.from({ length: atOnce }, () => run(each)));
    const { wall, cpu } = since(before, each * atOnce);
    say('flight', { in_flight: atOnce, per_s: 1e6 / wall, cpu_us: cpu });
  },

  async memory(base, streams) {
    for (let i = 0; i < 3; i++) await open(`${base}/c`).complete(MESSAGES);
    const client = open(`${base}/p3x0.5`);
    const before = residentKB();
    let begun = 0;
    let opened = 0;
    await Promise.all(Array.from({ length: streams }, async () => {
      let first = true;
      for await (const _ of pieces(client)) {
        if (first && ++begun === streams) opened = residentKB();
        first = false;
      }
    }));
    say('memory', { streams, kb: (opened - before) / streams });
  },
};

const [base, ...plan] = process.argv.slice(2);
for (const measure of plan) {
  const [what, ...numbers] = measure.split(':');
  if (what === 'load') {
    open(base);
    say('load', { import_ms: imported - began, ready_ms: performance.now() - began });
    continue;
  }
  try {
    await measures[what](base, ...numbers.map(Number));
  } catch (error) {
    say(what, { numbers, error: String(error).slice(0, 300) });
  }
}
