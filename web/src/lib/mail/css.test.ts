import { describe, expect, it } from 'vitest';
import { wash_declarations, wash_stylesheet } from './css';

const off = { image: () => null };
const on = { image: (url: string) => (url.startsWith('https://') ? url : null) };

describe('wash_declarations', () => {
  it('keeps harmless declarations', () => {
    expect(wash_declarations('color:RED;font: bold 12px/1.5 "Helvetica Neue", Arial; margin:-1px auto', off)).toBe(
      'color: RED; font: bold 12px/1.5 "Helvetica Neue", Arial; margin: -1px auto',
    );
    expect(wash_declarations('width:calc(100% - 2px);color:rgba(0,0,0,.5)!important', off)).toBe(
      'width: calc(100% - 2px); color: rgba(0,0,0,.5)!important',
    );
  });

  it.each([
    ['url', 'background:url(https://leak.example/a)'],
    ['quoted url', 'background:url("https://leak.example/a")'],
    ['escaped url', 'background:\\75\\72\\6c(https://leak.example/a)'],
    ['escaped property', 'b\\61ckground:u\\72l(https://leak.example/a)'],
    ['comment in between', 'background:ur/**/l(https://leak.example/a)'],
    ['unclosed url', 'background:url(https://leak.example/a'],
    ['image-set', 'background-image:image-set("https://leak.example/a" 1x)'],
    ['-webkit-image-set', 'background-image:-webkit-image-set(url(https://leak.example/a) 1x)'],
    ['cross-fade', 'background-image:cross-fade(url(https://leak.example/a), red)'],
    ['src()', 'background-image:src("https://leak.example/a")'],
    ['var with fallback', 'background-image:var(--x,url(https://leak.example/a))'],
    ['custom property', '--x:url(https://leak.example/a)'],
    ['expression', 'width:expression(alert(1))'],
    ['behavior', 'behavior:url(#x)'],
    ['-moz-binding', '-moz-binding:url(https://leak.example/a)'],
    ['position', 'position:fixed;top:0;z-index:9999'],
    ['cursor', 'cursor:url(https://leak.example/a),auto'],
    ['mask', 'mask:url(https://leak.example/a);-webkit-mask-image:url(https://leak.example/a)'],
    ['filter', 'filter:url(https://leak.example/a#f)'],
    ['content', 'content:url(https://leak.example/a)'],
    ['fill', 'fill:url(https://leak.example/a)'],
    ['style end', 'font-family:"</style><script>alert(1)</script>"'],
    ['attr', 'background-image:attr(data-x url)'],
  ])('drops %s', (_name, css) => expect(wash_declarations(css, off)).toBe(''));

  it('keeps the declarations around a dropped one', () => {
    expect(wash_declarations('color:red;background:url(https://leak.example/a;b);margin:0', off)).toBe('color: red; margin: 0');
  });
  it('lets https images through once the reader asked for them', () => {
    expect(wash_declarations('background:url( https://x.example/a"b\\)c.png ) no-repeat', on)).toBe('');
    expect(wash_declarations("background:url('https://x.example/a.png') no-repeat", on)).toBe(
      'background: url("https://x.example/a.png") no-repeat',
    );
    expect(wash_declarations('background:url(http://x.example/a.png)', on)).toBe('');
  });
});

describe('wash_stylesheet', () => {
  it('keeps rules and media queries', () => {
    expect(wash_stylesheet('<!-- .a, p > b:hover{color:red} @media only screen and (max-width:600px){.b{width:100%!important}} -->', off)).toBe(
      '.a, p > b:hover { color: red }\n@media only screen and (max-width:600px) {\n.b { width: 100%!important }\n}',
    );
  });
  it.each([
    ['import', '@import url(https://leak.example/a);'],
    ['import with escapes', '@\\69mport "https://leak.example/a";'],
    ['import split over a block', '@import {} "https://leak.example/a";'],
    ['font-face', '@font-face{font-family:x;src:url(https://leak.example/a)}'],
    ['attribute selectors', 'input[value^="a"]{color:red}'],
    ['supports', '@supports (display:grid){p{color:red}}'],
    ['nested rules', 'p{color:red; b{background:url(https://leak.example/a)}}'],
    ['namespace', '@namespace url(http://www.w3.org/1999/xhtml);'],
    ['style end', 'p{}</style><img src=x onerror=alert(1)>{color:red}'],
  ])('drops %s', (_name, css) => expect(wash_stylesheet(css, off)).toBe(''));

  it('is idempotent', () => {
    const css = `p{color:red;background:url(a)}@media screen{a:hover{font:1px/2 "x y",z}}@import "x";.a\\62 c{margin:+.5em}`;
    const once = wash_stylesheet(css, on);
    expect(wash_stylesheet(once, on)).toBe(once);
    expect(once).toContain('.abc { margin: +.5em }');
  });
});
