// The whole document of the message frame: our base style, then the message, sanitised together in one go, so that
// sanitising stays the last step. Also guesses how high the document will be: the frame is opaque and can't say.

import type { Sanitised, SanitiseOptions, Sanitiser } from './sanitise';

const kFont = 'font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const kBase = `html { overflow-x: auto } body { margin: 0; padding: 2px; ${kFont}; font-size: 15px; line-height: 1.5; word-wrap: break-word; overflow-wrap: break-word } img { max-width: 100%; height: auto } pre { white-space: pre-wrap } blockquote { margin: 8px 0 8px 2px; padding-left: 12px; border-left: 3px solid #d5d7de } a { color: #4338ca } table { max-width: 100% }`;
const kLight = 'html { background-color: #ffffff; color: #1c1d22; color-scheme: light }';
const kDark = 'html { background-color: #1a1c21; color: #e6e7eb; color-scheme: dark } a { color: #a5b4fc } blockquote { border-left-color: #3d414c }';

/** Whether the message brings colours of its own; then it's drawn on white also in dark mode. */
export function has_own_colours(html: string): boolean {
  return /bgcolor\s*=|background(?:-color|-image)?\s*[:=]|<font[^>]+color|(?:^|[;"'\s{])color\s*:/i.test(html);
}

export function frame_document(
  sanitiser: Sanitiser,
  html: string,
  dark: boolean,
  options: SanitiseOptions,
): Sanitised {
  const scheme = dark && !has_own_colours(html) ? kDark : kLight;
  return sanitiser.sanitise(`<style>${scheme} ${kBase}</style>${html}`, options);
}

// ---- height ----------------------------------------------------------------------------------------------------

const kLinePx = 22.5;
const kCharPx = 7.3;
const kWideCharPx = 15; // CJK
const kImagePx = 180; // an image that doesn't say how high it is
const kMaxNodes = 20_000; // beyond this the guess is "long" anyway

const kBlocks = new Set('ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIR DIV DL DT FIGCAPTION FIGURE FOOTER H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN MENU NAV OL P PRE SECTION SUMMARY TABLE TBODY TFOOT THEAD TR UL'.split(' '));
const kMargins: Record<string, number> = { P: 16, UL: 16, OL: 16, BLOCKQUOTE: 16, PRE: 16, HR: 18, H1: 42, H2: 36, H3: 30, H4: 24, H5: 24, H6: 24, LI: 2 };

/** Pixels that the document will probably take at this width. */
export function estimate_height(root: Element, width: number): number {
  const body = root.querySelector('body') ?? root;
  const budget = { nodes: kMaxNodes };
  return Math.ceil(block_height(body, Math.max(200, width), budget) * 1.04 + 16);
}

function block_height(element: Element, width: number, budget: { nodes: number }): number {
  let total = kMargins[element.nodeName] ?? 0;
  let line_px = 0;
  let lines = 0;
  const flush = (): void => {
    if (line_px > 0) lines += Math.max(1, Math.ceil(line_px / width));
    line_px = 0;
  };
  const walk = (parent: Element): void => {
    for (const node of parent.childNodes) {
      if (--budget.nodes < 0) return;
      if (node.nodeType === 3) {
        const text = node.textContent ?? '';
        if (element.nodeName === 'PRE') {
          const rows = text.split('\n');
          rows.forEach((row, i) => {
            line_px += text_px(row);
            if (i < rows.length - 1) {
              if (line_px === 0) lines += 1;
              flush();
            }
          });
        } else line_px += text_px(text.replace(/\s+/g, ' ').replace(/^ $/, ''));
        continue;
      }
      if (node.nodeType !== 1) continue;
      const child = node as Element;
      if (child.nodeName === 'STYLE' || hidden(child)) continue;
      if (child.nodeName === 'BR') {
        if (line_px === 0) lines += 1;
        flush();
      } else if (child.nodeName === 'IMG') total += image_height(child, width);
      else if (child.nodeName === 'TR') {
        flush();
        total += row_height(child, width, budget);
      } else if (kBlocks.has(child.nodeName)) {
        flush();
        total += block_height(child, inner_width(child, width), budget);
      } else walk(child);
    }
  };
  walk(element);
  flush();
  const padding = pixels(element, 'padding') * 2;
  return Math.max(total + lines * kLinePx + padding, explicit_height(element));
}

function row_height(row: Element, width: number, budget: { nodes: number }): number {
  const cells = [...row.children].filter((cell) => /^T[DH]$/.test(cell.nodeName) && !hidden(cell));
  if (cells.length === 0) return 0;
  const cell_padding = Math.min(100, Number.parseInt(row.closest('table')?.getAttribute('cellpadding') ?? '1', 10) || 0);
  const heights = cells.map((cell) => {
    const declared = Number.parseInt(cell.getAttribute('width') ?? '', 10);
    const cell_width = declared > 0 && !/%/.test(cell.getAttribute('width') ?? '') ? declared : width / cells.length;
    return block_height(cell, Math.max(40, cell_width - 2 * cell_padding), budget) + 4 + 2 * cell_padding;
  });
  return Math.max(...heights, explicit_height(row));
}

function image_height(image: Element, width: number): number {
  const own_width = declared(image, 'width');
  const height = declared(image, 'height');
  if (image.getAttribute('src') === null) return Math.min(height, 24); // blocked: the alt text at most
  if (height <= 2 && height > 0) return 0; // a tracking pixel
  if (height > 0) return own_width > width ? (height * width) / own_width : height;
  return own_width > 0 && own_width <= 40 ? own_width : kImagePx;
}

function declared(element: Element, name: 'width' | 'height'): number {
  const attribute = Number.parseInt(element.getAttribute(name) ?? '', 10);
  const style = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*(\\d+)px`).exec(element.getAttribute('style') ?? '');
  return style ? Number(style[1]) : attribute > 0 ? attribute : 0;
}

function explicit_height(element: Element): number {
  const value = declared(element, 'height');
  return /%/.test(element.getAttribute('height') ?? '') ? 0 : Math.min(value, 4000);
}

function inner_width(element: Element, width: number): number {
  const own = declared(element, 'width');
  const usable = own > 0 && own < width && !/%/.test(element.getAttribute('width') ?? '') ? own : width;
  const indent = element.nodeName === 'BLOCKQUOTE' ? 15 : /^[UO]L$/.test(element.nodeName) ? 40 : 0;
  return Math.max(60, usable - indent - pixels(element, 'padding') * 2);
}

function pixels(element: Element, property: string): number {
  const match = new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*(\\d+)px`).exec(element.getAttribute('style') ?? '');
  return match ? Math.min(100, Number(match[1])) : 0;
}

function hidden(element: Element): boolean {
  return /display\s*:\s*none|max-height\s*:\s*0/i.test(element.getAttribute('style') ?? '');
}

function text_px(text: string): number {
  let wide = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x2e80) wide += 1;
  return (text.length - wide) * kCharPx + wide * kWideCharPx;
}
