// @vitest-environment jsdom
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dummy_of, kMaxNodes } from './measure';

const parsed = (html: string): Element => new DOMParser().parseFromString(html, 'text/html').documentElement;
const dummy = (html: string): HTMLElement => dummy_of(parsed(html));

describe('the dummy of a message', () => {
  it('has its boxes, measures and text', () => {
    expect(dummy('<table cellpadding="4" width="600"><tbody><tr><td style="padding: 8px; font-size: 20px">Hi<br>there</td></tr></tbody></table>').innerHTML).toBe(
      '<table cellpadding="4" width="600"><tbody><tr><td style="padding: 8px; font-size: 20px;">Hi<br>there</td></tr></tbody></table>',
    );
  });
  it('has the measures of the body', () => expect(dummy('<body style="padding: 40px; color: red">x</body>').style.cssText).toBe('padding: 40px;'));
  it('gives a picture that is shown its size, and never its source', () => {
    const box = dummy('<img src="data:image/png;base64,AAAA" width="300" height="100" alt="a">').firstElementChild as HTMLElement;
    expect(box.nodeName).toBe('SPAN');
    expect(box.style.width).toBe('300px');
    expect(box.outerHTML).not.toContain('data:');
  });
  it.each([
    ['links', '<a href="https://x.example/" target="_blank">x</a>', '<span>x</span>'],
    ['scripts and handlers', '<div onclick="alert(1)" id="a" class="b" name="c"><script>alert(1)</script></div>', '<div><span>alert(1)</span></div>'],
    ['addresses in styles', '<p style="background: url(https://x.example/); width: 10px">x</p>', '<p style="width: 10px;">x</p>'],
    ['what would leave its place', '<p style="position: fixed; top: 0; z-index: 9; height: 100vh">x</p>', '<p>x</p>'],
    ['functions', '<p style="width: calc(1px + 1px); height: env(a)">x</p>', '<p>x</p>'],
    ['stylesheets', '<style>p { color: red }</style><p>x</p>', '<p>x</p>'],
    ['forms and frames', '<form action="/"><input name="a"><iframe src="/"></iframe></form>', '<span><span></span><span></span></span>'],
  ])('has none of: %s', (_what, html, expected) => expect(dummy(html).innerHTML).toBe(expected));
  it('ends where it is high enough', () => {
    expect(dummy('<br>'.repeat(kMaxNodes + 500)).childNodes.length).toBe(kMaxNodes);
    expect(dummy('<div>'.repeat(5000)).querySelectorAll('div').length).toBeLessThan(400);
  });
});

// ---- everything hostile of the corpus, even without the sanitiser ------------------------------------------------

const corpus = process.env['DHII_CORPUS'] ?? join(__dirname, '../../../../../shared/corpus');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.(html?|txt|json)$/.test(name) && statSync(path).size < 100_000 ? [path] : [];
  });
}

describe.skipIf(!existsSync(join(corpus, 'html-xss')))('corpus html-xss', () => {
  it('makes dummies that hold nothing but boxes and text', () => {
    const attributes = new Set<string>();
    const tags = new Set<string>();
    for (const path of files(join(corpus, 'html-xss'))) {
      const text = readFileSync(path, 'utf8');
      for (const html of path.endsWith('.txt') ? text.split('\n').filter((_, i) => i % 4 === 0) : [text]) {
        for (const box of dummy(html).querySelectorAll('*')) {
          tags.add(box.nodeName);
          for (const { name, value } of box.attributes) {
            attributes.add(name);
            if (name === 'style') expect(value).not.toMatch(/[()@\\]/);
          }
        }
      }
    }
    expect([...tags].filter((tag) => /^(A|SCRIPT|STYLE|LINK|META|BASE|IFRAME|OBJECT|EMBED|FORM|INPUT|SVG|MATH|VIDEO|AUDIO|TEMPLATE)$/i.test(tag))).toEqual([]);
    expect([...attributes].filter((name) => /^on|^(href|src|srcset|id|name|class|action|background|poster|target)$/.test(name))).toEqual([]);
  });
});
