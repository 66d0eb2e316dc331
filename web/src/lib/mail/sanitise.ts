// HTML of a message -> HTML that may be shown in the message frame. DOMPurify with a narrow configuration; all of
// our own rules run inside its hooks, so sanitising is the last step and nothing edits HTML after it (Roundcube
// CVE-2024-42009). sanitise(sanitise(x)) = sanitise(x). The result must only ever go into the sandboxed frame.

import type DOMPurifyFactory from 'dompurify';
import type { Config } from 'dompurify';
import { wash_declarations, wash_stylesheet, type CssPolicy } from './css';

type Purify = ReturnType<typeof DOMPurifyFactory>;

export interface SanitiseOptions {
  /** Address of a remote image -> where our own server gives it out. Nothing in the result points outside, ever. */
  remote: ReadonlyMap<string, string>;
  /** Content-ID (without <>) -> data: URI of the part. */
  inlined: ReadonlyMap<string, string>;
  /** Leave out the quotation at the end, for conversations that show it anyway. */
  foldQuotes: boolean;
}

export interface Sanitised {
  html: string;
  root: HTMLElement;
  /** Remote images that were taken out. */
  blocked: number;
  /** Their addresses, for the server to sign: https, each once. */
  wanted: string[];
  /** Whether a quotation was left out. */
  folded: boolean;
}

export const kMaxHtmlChars = 4_000_000; // a longer body is cut; the original stays downloadable

const kTags =
  'a abbr acronym address area article aside b bdi bdo big blockquote body br caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hgroup hr html i img ins kbd li main map mark menu nav ol p pre q rp rt ruby s samp section small span strike strong style sub summary sup table tbody td tfoot th thead time title tr tt u ul var wbr';
const kAttributes =
  'abbr align alt axis background bgcolor border bordercolor cellpadding cellspacing char cite class clear color cols colspan compact coords datetime dir face headers height href hspace id lang nowrap noshade open rel reversed rowspan rules scope shape size span src start style summary target text title type usemap valign value vspace width link vlink alink';

const kConfig: Config = {
  ALLOWED_TAGS: kTags.split(' '),
  ALLOWED_ATTR: kAttributes.split(' '),
  // Checked on every attribute, so it must let plain words through; addresses are judged by our own hook below.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid|data):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  FORBID_CONTENTS: ['script', 'noscript', 'template', 'object', 'embed', 'iframe', 'noembed', 'noframes', 'svg', 'math', 'select', 'textarea', 'xmp', 'plaintext', 'title', 'audio', 'video'],
  WHOLE_DOCUMENT: true,
  RETURN_DOM: true,
  SANITIZE_DOM: true,
  SAFE_FOR_XML: true,
};

// Read and printed in the same parsing mode: without it a <p> may hold a <table>, with it it can't.
const kDoctype = '<!doctype html>';
const kDataImage = /^data:image\/(?:png|gif|jpe?g|webp|bmp|avif)[;,]/i;
const kQuotes =
  'div.gmail_quote, div.gmail_quote_container, blockquote.gmail_quote, blockquote[type="cite"], div.yahoo_quoted, div.moz-cite-prefix, div.protonmail_quote';

export class Sanitiser {
  private options_: SanitiseOptions = { remote: new Map(), inlined: new Map(), foldQuotes: false };
  private ours_ = new Set<string>();
  private blocked_ = 0;
  private wanted_ = new Set<string>();
  private folded_ = false;

  constructor(private readonly purify_: Purify) {
    purify_.addHook('uponSanitizeElement', (node) => this.element(node));
    purify_.addHook('uponSanitizeAttribute', (node, data) => {
      const value = this.attribute(node as Element, data.attrName, data.attrValue);
      if (value === null) data.keepAttr = false;
      else data.attrValue = value;
    });
    purify_.addHook('afterSanitizeAttributes', (node) => secure_link(node as Element));
  }

  sanitise(html: string, options: SanitiseOptions): Sanitised {
    this.options_ = options;
    this.ours_ = new Set(options.remote.values());
    this.wanted_ = new Set();
    this.blocked_ = 0;
    this.folded_ = false;
    const root = this.purify(html.slice(0, kMaxHtmlChars));
    return {
      html: kDoctype + root.outerHTML,
      root,
      blocked: this.blocked_,
      wanted: [...this.wanted_],
      folded: this.folded_,
    };
  }

  /** A document of framesets has no body; it shows as an empty one. */
  private purify(html: string): HTMLElement {
    const root = this.purify_.sanitize(kDoctype + html, kConfig) as unknown as HTMLElement;
    if (root.querySelector('body')) return root;
    return this.purify_.sanitize('', kConfig) as unknown as HTMLElement;
  }

  private css(): CssPolicy {
    return { image: (url) => this.source(url) };
  }

  /** What stands for the picture at this address, or null. */
  private source(address: string): string | null {
    if (kDataImage.test(address) || this.ours_.has(address)) return address;
    const url = address.startsWith('//') ? `https:${address}` : address;
    if (!/^https?:\/\//i.test(url)) return null;
    const ours = this.options_.remote.get(url);
    if (ours !== undefined) return ours;
    this.blocked_ += 1;
    if (/^https:/i.test(url)) this.wanted_.add(url);
    return null;
  }

  private element(node: Node): void {
    if (!is_element(node)) return;
    if (node.nodeName === 'STYLE') {
      node.textContent = wash_stylesheet(node.textContent ?? '', this.css());
    } else if (this.options_.foldQuotes && node.matches(kQuotes) && follows_text(node)) {
      this.folded_ = true;
      node.replaceChildren();
    }
  }

  /** The new value, or null to drop the attribute. */
  private attribute(node: Element, name: string, value: string): string | null {
    switch (name) {
      case 'style': {
        const washed = wash_declarations(value, this.css());
        return washed === '' ? null : washed;
      }
      case 'src':
      case 'background':
        return this.image(node, value.trim());
      case 'href':
      case 'cite':
        return link_target(value);
      case 'target':
      case 'rel':
        return null; // set by secure_link
      case 'id':
        return /^[\w.:-]{1,100}$/.test(value) ? value : null;
      default:
        return value;
    }
  }

  private image(node: Element, value: string): string | null {
    if (node.nodeName !== 'IMG' && !/^(?:BODY|TABLE|TD|TH|TR)$/.test(node.nodeName)) return null;
    if (/^cid:/i.test(value)) return this.options_.inlined.get(decode(value.slice(4))) ?? null;
    return this.source(value);
  }
}

function link_target(value: string): string | null {
  const trimmed = value.trim();
  if (/^#[\w.:-]{1,100}$/.test(trimmed)) return trimmed;
  if (/^\/\//.test(trimmed)) return `https:${trimmed}`;
  return /^(?:https?:\/\/|mailto:|tel:)/i.test(trimmed) ? trimmed : null;
}

/** Links open in a new tab which knows neither the message nor the app. */
function secure_link(node: Element): void {
  if (node.nodeName !== 'A' && node.nodeName !== 'AREA') return;
  const href = node.getAttribute('href');
  if (href === null || href.startsWith('#')) return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
}

function follows_text(quote: Element): boolean {
  const body = quote.closest('body');
  if (!body) return false;
  const all = (body.textContent ?? '').replace(/\s+/g, '').length;
  const quoted = (quote.textContent ?? '').replace(/\s+/g, '').length;
  return quoted > 0 && all - quoted > 2;
}

function decode(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

function is_element(node: Node): node is Element {
  return node.nodeType === 1;
}
