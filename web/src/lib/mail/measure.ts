// How high a message will be in its frame. The frame is opaque and without scripts, so it can't say; nor may the message
// itself be laid out in our own page. So a dummy of it is: boxes of the same kinds and measures around the same text, with
// nothing in them that could load, link or run. It is made by createElement and the CSSOM alone, measured, and taken out.

export const kMaxNodes = 20_000; // as much of a message is looked at; more is higher than any frame
const kDepth = 200; // boxes in boxes; deeper ones are left out
const kSlackPx = 4; // fractions
const kSlackShare = 0.015; // what stylesheets of the message change, which the dummy doesn't have
const kScrollbarPx = 16; // of a message that is wider than its frame
const kImagePx = 180; // a picture that doesn't say how high it is
const kMaxPx = 20_000; // a message may claim any measure; so much of it is believed

const kTags = new Set(
  'ADDRESS ARTICLE ASIDE B BIG BLOCKQUOTE BODY BR CAPTION CENTER CITE CODE COL COLGROUP DD DEL DETAILS DIV DL DT EM FIGCAPTION FIGURE FONT FOOTER H1 H2 H3 H4 H5 H6 HEADER HR I INS KBD LI MAIN NAV OL P PRE Q S SAMP SECTION SMALL SPAN STRIKE STRONG SUB SUMMARY SUP TABLE TBODY TD TFOOT TH THEAD TR TT U UL VAR WBR'.split(' '),
);
const kGone = new Set('HEAD STYLE TITLE MAP AREA'.split(' '));
const kAttributes = 'align border cellpadding cellspacing colspan dir height hspace nowrap open rowspan size span type valign vspace width'.split(' ');
const kProperties =
  /^(?:(?:min-|max-)?(?:width|height)|(?:padding|margin)(?:-(?:top|right|bottom|left))?|border(?:-(?:top|right|bottom|left))?(?:-(?:width|style))?|border-(?:collapse|spacing)|box-sizing|font(?:-(?:family|size|style|weight))?|line-height|letter-spacing|word-spacing|display|float|clear|white-space|text-indent|text-transform|vertical-align|table-layout|list-style(?:-type)?|overflow(?:-wrap)?|word-break|word-wrap|direction)$/;
const kPlainValue = /^[\w\s.,%#"'+-]{1,200}$/; // nothing with brackets: no url(), no function
const kViewport = /\d(?:vh|vw|vmin|vmax|svh|lvh|dvh)\b/i; // of the frame, which is what is being asked for

interface Budget {
  nodes: number;
}

/** Makes a dummy of a sanitised message once; the answer tells its height at a width. `style` is the base style of the frame. */
export function measurer(root: Element, style: string): (width: number) => number {
  const dummy = dummy_of(root);
  const host = document.createElement('div');
  const shadow = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${style} .message { display: flow-root; visibility: hidden }`);
  shadow.adoptedStyleSheets = [sheet];
  host.inert = true;
  shadow.append(dummy);
  let known = { width: 0, height: 0 };
  return (width) => {
    if (known.width !== width) known = { width, height: height_of(host, dummy, width) };
    return known.height;
  };
}

export function dummy_of(root: Element): HTMLElement {
  const dummy = document.createElement('div');
  const body = root.querySelector('body') ?? root;
  dummy.className = 'message';
  declare(dummy, body.getAttribute('style') ?? '');
  copy(body, dummy, { nodes: kMaxNodes }, 0);
  return dummy;
}

function height_of(host: HTMLElement, dummy: HTMLElement, width: number): number {
  host.style.cssText = `all: initial; position: fixed; top: 0; left: 0; width: ${width}px; height: 0; overflow: hidden; contain: strict; pointer-events: none`;
  document.body.append(host);
  try {
    const wide = dummy.scrollWidth > width + 1;
    const height = Math.min(kMaxPx, dummy.getBoundingClientRect().height);
    return Math.ceil(height * (1 + kSlackShare)) + kSlackPx + (wide ? kScrollbarPx : 0);
  } finally {
    host.remove();
  }
}

function copy(from: Element, into: HTMLElement, budget: Budget, depth: number): void {
  for (const node of from.childNodes) {
    if (--budget.nodes < 0) return;
    if (node.nodeType === 3) into.append(document.createTextNode(node.nodeValue ?? ''));
    if (node.nodeType !== 1) continue;
    const child = node as Element;
    if (kGone.has(child.nodeName)) continue;
    const box = child.nodeName === 'IMG' ? picture(child) : document.createElement(kTags.has(child.nodeName) ? child.nodeName : 'span');
    if (child.nodeName !== 'IMG') attributes(child, box);
    declare(box, child.getAttribute('style') ?? '');
    into.append(box);
    if (depth < kDepth) copy(child, box, budget, depth + 1);
  }
}

/** A picture that was taken out shows its words at most; without a source it does here as well. One that is shown has a size. */
function picture(image: Element): HTMLElement {
  if (image.getAttribute('src') === null) {
    const empty = document.createElement('img');
    empty.alt = image.getAttribute('alt') ?? '';
    attributes(image, empty);
    return empty;
  }
  const box = document.createElement('span');
  const [width, height] = ['width', 'height'].map((name) => Number.parseInt(image.getAttribute(name) ?? '', 10)) as [number, number];
  declare(box, 'display: inline-block; max-width: 100%');
  if (width > 0) box.style.setProperty('width', `${width}px`);
  if (width > 0 && height > 0) box.style.setProperty('aspect-ratio', `${width} / ${height}`);
  else box.style.setProperty('height', `${height > 0 ? height : width > 0 && width <= 40 ? width : kImagePx}px`);
  return box;
}

function attributes(from: Element, to: HTMLElement): void {
  for (const name of kAttributes) {
    const value = from.getAttribute(name);
    if (value !== null && /^[\w%. -]{0,20}$/.test(value)) to.setAttribute(name, value);
  }
}

function declare(box: HTMLElement, declarations: string): void {
  for (const declaration of declarations.split(';')) {
    const colon = declaration.indexOf(':');
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const [, value = '', important = ''] = /^(.*?)\s*(!\s*important)?$/i.exec(declaration.slice(colon + 1).trim()) ?? [];
    if (colon > 0 && kProperties.test(property) && kPlainValue.test(value) && !kViewport.test(value)) {
      box.style.setProperty(property, value, important === '' ? '' : 'important');
    }
  }
}
