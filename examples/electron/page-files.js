import { readFile } from 'node:fs/promises';
import path from 'node:path';

export const SCHEME = 'app';
const HOST = 'text-analysis';
export const PAGE = `${SCHEME}://${HOST}/index.html`;

const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' };
const FILES = new Set(['index.html', 'style.css', 'page.js', 'view.js', 'advice.js']);

// Scripts and styles of these files, and nothing else: no network, no eval, and no text that is taken for HTML.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Whether a frame shows the page of this app. */
export function isOurPage(frame) {
  return frame?.parent === null && frame.url === PAGE;
}

/** For protocol.handle: the files of page/, by name. */
export async function servePage(request) {
  const { host, pathname } = new URL(request.url);
  const name = pathname.slice(1);
  if (host !== HOST || !FILES.has(name)) return new Response('Not found', { status: 404 });
  return new Response(await readFile(path.join(import.meta.dirname, 'page', name)), {
    headers: {
      'content-type': TYPES[path.extname(name)],
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    },
  });
}
