// @vitest-environment jsdom
import createDOMPurify from 'dompurify';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Sanitiser, type SanitiseOptions } from './sanitise';

const sanitiser = new Sanitiser(createDOMPurify(window));
const plain: SanitiseOptions = { remote: new Map(), inlined: new Map(), foldQuotes: false };

function body(html: string, options: Partial<SanitiseOptions> = {}): string {
  return sanitiser.sanitise(html, { ...plain, ...options }).root.querySelector('body')?.innerHTML ?? '';
}

describe('Sanitiser', () => {
  it('keeps what mail is made of', () => {
    const html = '<table bgcolor="#ffffff" width="600"><tbody><tr><td align="center" style="color: red"><b>Hi</b><br><font size="2">x</font></td></tr></tbody></table>';
    expect(body(html)).toBe(html);
  });
  it('keeps style sheets of the head and attributes of the body', () => {
    const { html } = sanitiser.sanitise('<html><head><style>p{color:red}</style></head><body bgcolor="#eee"><p>x</p></body></html>', plain);
    expect(html).toContain('<style>p { color: red }</style>');
    expect(html).toContain('<body bgcolor="#eee">');
  });
  it('opens links in a new tab without referrer', () => {
    expect(body('<a href="https://x.example/" target="_top" rel="opener">x</a>')).toBe(
      '<a href="https://x.example/" target="_blank" rel="noopener noreferrer">x</a>',
    );
  });
  it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/api/v1/accounts', 'api', 'file:///etc/passwd', 'jav\tascript:alert(1)'])(
    'drops the link target %j',
    (href) => expect(body(`<a href="${href}">x</a>`)).toBe('<a>x</a>'),
  );
  it('blocks remote images and counts them', () => {
    const result = sanitiser.sanitise(
      '<img src="https://leak.example/1"><img src="//leak.example/2"><img srcset="https://leak.example/3 1x"><td background="http://leak.example/4"></td><p style="background:url(https://leak.example/5)">x</p><table background="http://leak.example/6"><tbody><tr><td>x</td></tr></tbody></table>',
      plain,
    );
    expect(result.html).not.toContain('leak.example');
    expect(result.blocked).toBe(4);
    expect(result.wanted).toEqual(['https://leak.example/1', 'https://leak.example/2', 'https://leak.example/5']);
  });
  it('puts our own addresses in the place of remote ones, and no other', () => {
    const remote = new Map([
      ['https://x.example/1', '/image?u=1&s=a'],
      ['https://x.example/3', '/image?u=3&s=b'],
    ]);
    const html =
      '<img src="https://x.example/1"><img src="http://x.example/2"><img src="//x.example/3"><img src="/image?u=forged"><p style="background:url(https://x.example/3)">x</p><p style="background:url(https://x.example/4)">x</p>';
    const once = body(html, { remote });
    expect(once).toBe(
      '<img src="/image?u=1&amp;s=a"><img><img src="/image?u=3&amp;s=b"><img><p style="background: url(&quot;/image?u=3&amp;s=b&quot;)">x</p><p>x</p>',
    );
    expect(body(once, { remote })).toBe(once);
    expect(once).not.toContain('x.example');
  });
  it('puts inline parts in by their Content-ID', () => {
    const inlined = new Map([['a@x', 'data:image/png;base64,AAAA']]);
    expect(body('<img src="cid:a%40x"><img src="cid:b@x">', { inlined })).toBe('<img src="data:image/png;base64,AAAA"><img>');
  });
  it('allows no svg as data', () => {
    expect(body('<img src="data:image/svg+xml,<svg onload=alert(1)>"><img src="data:text/html,x">')).toBe('<img><img>');
  });
  it('allows no svg, math, forms, frames, media or handlers', () => {
    const html = '<svg><animate attributeName=href values=javascript:alert(1) /></svg><math><mtext>x</mtext></math><form action=https://leak.example><input><button>x</button></form><iframe src=//leak.example></iframe><video poster=//leak.example src=//leak.example></video><object data=x></object><embed src=x><link rel=stylesheet href=//leak.example><meta http-equiv=refresh content="0;url=//leak.example"><base href=//leak.example><p onclick=alert(1)>x</p>';
    expect(body(html).replace('x<p>x</p>', '<p>x</p>')).toBe('<p>x</p>');
  });
  it('folds the quotation of a reply, and only there', () => {
    const reply = '<p>Yes</p><div class="gmail_quote">On … wrote:<blockquote>Shall we?</blockquote></div>';
    const folded = sanitiser.sanitise(reply, { ...plain, foldQuotes: true });
    expect(folded.folded).toBe(true);
    expect(folded.root.textContent).not.toContain('Shall we');
    expect(body(reply)).toContain('Shall we');
    const forward = '<div class="gmail_quote">Forwarded<blockquote>text</blockquote></div>';
    expect(sanitiser.sanitise(forward, { ...plain, foldQuotes: true }).folded).toBe(false);
  });
});

// ---- every payload of the corpus -------------------------------------------------------------------------------

const corpus = join(process.env['DHII_CORPUS'] ?? join(process.cwd(), '../../shared/corpus'), 'html-xss');

function strings_of(value: unknown, found: string[] = []): string[] {
  if (typeof value === 'string') {
    if (value.includes('<') || value.includes('&')) found.push(value);
  } else if (value !== null && typeof value === 'object') {
    for (const inner of Object.values(value)) strings_of(inner, found);
  }
  return found;
}

function payloads(folder: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.push(...payloads(path));
    else if (statSync(path).size > 200_000 && !/\.(json|txt)$/.test(name)) continue;
    else if (name.endsWith('.json')) found.push(...strings_of(JSON.parse(readFileSync(path, 'utf8'))));
    else if (name.endsWith('.txt')) found.push(...readFileSync(path, 'utf8').split('\n'));
    else if (!/\.(png|gif|jpe?g|gz|z)$/.test(name)) found.push(readFileSync(path, 'utf8'));
  }
  return found;
}

function dangerous(root: Element): string | null {
  for (const node of [root, ...root.querySelectorAll('*')]) {
    if (node.namespaceURI !== 'http://www.w3.org/1999/xhtml') return `namespace of ${node.nodeName}`;
    if (/^(SCRIPT|IFRAME|OBJECT|EMBED|LINK|META|BASE|FORM|INPUT|BUTTON|VIDEO|AUDIO|SVG|MATH|TEMPLATE)$/.test(node.nodeName)) return node.nodeName;
    for (const { name, value } of node.attributes) {
      if (/^on/i.test(name)) return `${node.nodeName} ${name}`;
      if (/^(src|background|srcset|poster|data|action|formaction)$/.test(name) && !/^data:image\/(?!svg)/.test(value)) return `${node.nodeName} ${name}=${value}`;
      if (name === 'href' && !/^(https?:\/\/|mailto:|tel:|#)/i.test(value)) return `href=${value}`;
      if (name === 'style' && /url\(|@import|expression|position\s*:/i.test(value.replace(/url\("data:image/g, ''))) return `style=${value}`;
    }
    if (node.nodeName === 'STYLE' && /url\((?!"data:image)|@import|@font-face|<|\\/i.test(node.textContent ?? '')) return `style: ${node.textContent}`;
  }
  return null;
}

describe('corpus html-xss', () => {
  if (!existsSync(corpus)) {
    it.skip(`skipped: no corpus at ${corpus} (set DHII_CORPUS)`, () => {});
    return;
  }
  const all = payloads(corpus);

  it('has payloads', () => expect(all.length).toBeGreaterThan(1000));

  it('leaves nothing that runs or loads, and is idempotent', () => {
    for (const payload of all) {
      const once = sanitiser.sanitise(payload, plain);
      const problem = dangerous(once.root);
      expect(problem, `${problem} in ${payload.slice(0, 300)}`).toBeNull();
      const again = new DOMParser().parseFromString(once.html, 'text/html');
      expect(dangerous(again.documentElement), `after reparsing ${payload.slice(0, 300)}`).toBeNull();
      const twice = sanitiser.sanitise(once.html, plain);
      expect(twice.html, payload.slice(0, 300)).toBe(once.html);
    }
  });
});
