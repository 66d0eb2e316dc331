// Washes the CSS of a message: a small tokenizer (CSS Syntax Level 3 §4), an allow-list of properties, functions
// and at-rules. What it prints is printed from tokens, with every escape resolved, so that no comment, escape or
// nesting trick survives (Roundcube CVE-2024-42010, 2025-68460, 2026-26079, 2026-35544, 2026-48846).
// Pure. wash(wash(x)) = wash(x).

type TokenType = 'ident' | 'function' | 'at' | 'hash' | 'string' | 'url' | 'number' | 'space' | 'delim' | 'bad';

interface Token {
  type: TokenType;
  text: string; // the value with escapes resolved; for numbers with the unit
}

export interface CssPolicy {
  /** What to load for this address as an image, or null for nothing. Called with the resolved text of url(). */
  image: (url: string) => string | null;
}

const kMaxCssChars = 300_000; // longer style sheets are dropped whole
const kMaxNesting = 4; // @media inside @media …; deeper rules are dropped

const kProperties =
  /^(?:align-(?:content|items|self)|background(?:-(?:color|image|position|repeat|size|clip|origin))?|border(?:-.+)?|box-(?:shadow|sizing)|caption-side|clear|color|color-scheme|column-(?:count|gap|width)|direction|display|empty-cells|flex(?:-(?:basis|direction|flow|grow|shrink|wrap))?|float|font(?:-(?:family|size|style|variant|weight|stretch))?|gap|grid-template-columns|height|hyphens|justify-(?:content|items|self)|letter-spacing|line-height|list-style(?:-(?:image|position|type))?|margin(?:-.+)?|max-height|max-width|min-height|min-width|mso-.+|opacity|order|outline(?:-(?:color|style|width|offset))?|overflow(?:-wrap|-x|-y)?|padding(?:-.+)?|quotes|row-gap|tab-size|table-layout|text-(?:align(?:-last)?|decoration(?:-(?:color|line|style))?|indent|overflow|shadow|transform|underline-offset)|unicode-bidi|vertical-align|visibility|white-space|width|word-(?:break|spacing|wrap)|zoom|-webkit-text-size-adjust|text-size-adjust)$/;
const kImageProperties = /^(?:background|background-image|list-style|list-style-image)$/;
const kFunctions =
  /^(?:rgba?|hsla?|calc|min|max|clamp|repeat|minmax|(?:repeating-)?(?:linear|radial)-gradient|counter)$/;
const kSelector = /^[\p{L}\p{N}\s.,#*:>+~()_-]*$/u;
const kMediaQuery = /^[a-z0-9\s.,:()/-]*$/i;

// ---- tokens ----------------------------------------------------------------------------------------------------

export function tokenize(css: string): Token[] {
  const source = css.replace(/\r\n?|\f/g, '\n').replace(/\0/g, '\ufffd');
  const tokens: Token[] = [];
  let at = 0;

  const name_start = (i: number): boolean =>
    /[a-zA-Z_\u0080-\uffff-]/.test(source[i] ?? '') || (source[i] === '\\' && source[i + 1] !== '\n' && i + 1 < source.length);

  const escape = (): string => {
    at += 1; // the backslash
    const hex = /^[0-9a-fA-F]{1,6}/.exec(source.slice(at, at + 6))?.[0];
    if (hex === undefined) {
      const char = String.fromCodePoint(source.codePointAt(at) ?? 0xfffd);
      at += char.length;
      return char;
    }
    at += hex.length;
    if (/[ \n\t]/.test(source[at] ?? '')) at += 1;
    const code = parseInt(hex, 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  };

  const name = (): string => {
    let result = '';
    while (at < source.length) {
      if (/[a-zA-Z0-9_\u0080-\uffff-]/.test(source[at] as string)) result += source[at++];
      else if (source[at] === '\\' && source[at + 1] !== '\n' && at + 1 < source.length) result += escape();
      else break;
    }
    return result;
  };

  const string = (quote: string): Token => {
    at += 1;
    let result = '';
    while (at < source.length) {
      const char = source[at] as string;
      if (char === quote) {
        at += 1;
        return { type: 'string', text: result };
      }
      if (char === '\n') return { type: 'bad', text: '' };
      if (char === '\\') {
        if (source[at + 1] === '\n') at += 2;
        else if (at + 1 >= source.length) at += 1;
        else result += escape();
      } else {
        result += char;
        at += 1;
      }
    }
    return { type: 'string', text: result };
  };

  const url = (): Token => {
    const rest = /^\s*(["'])/.exec(source.slice(at, at + 50));
    if (rest) {
      at += rest[0].length - 1;
      const inner = string(rest[1] as string);
      at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0;
      const closed = source[at] === ')' || at >= source.length;
      if (source[at] === ')') at += 1;
      return inner.type === 'string' && closed ? { type: 'url', text: inner.text } : { type: 'bad', text: '' };
    }
    let result = '';
    while (at < source.length && source[at] !== ')') result += source[at] === '\\' ? escape() : source[at++];
    at += 1;
    return /["'(\n]/.test(result.trim()) ? { type: 'bad', text: '' } : { type: 'url', text: result.trim() };
  };

  while (at < source.length) {
    const char = source[at] as string;
    if (char === '/' && source[at + 1] === '*') {
      const end = source.indexOf('*/', at + 2);
      at = end < 0 ? source.length : end + 2;
      continue;
    }
    const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:%|[a-zA-Z]{1,6}\b)?/i.exec(source.slice(at, at + 40));
    if (/\s/.test(char)) {
      while (/\s/.test(source[at] ?? '')) at += 1;
      tokens.push({ type: 'space', text: ' ' });
    } else if (char === '"' || char === "'") {
      tokens.push(string(char));
    } else if (number && number[0] !== '') {
      at += number[0].length;
      tokens.push({ type: 'number', text: number[0] });
    } else if (char === '#' || char === '@') {
      at += 1;
      tokens.push({ type: char === '#' ? 'hash' : 'at', text: name() });
    } else if (name_start(at)) {
      const text = name();
      if (source[at] !== '(') tokens.push({ type: 'ident', text });
      else {
        at += 1;
        tokens.push(text.toLowerCase() === 'url' ? url() : { type: 'function', text });
      }
    } else if (char === '\\') {
      at += 1;
      tokens.push({ type: 'bad', text: '' });
    } else {
      tokens.push({ type: 'delim', text: char });
      at += char.length;
    }
  }
  return tokens;
}

// ---- declarations ----------------------------------------------------------------------------------------------

/** The style attribute, or what stands between the braces of a rule. */
export function wash_declarations(css: string, policy: CssPolicy): string {
  if (css.length > kMaxCssChars) return '';
  return declarations(tokenize(css), policy);
}

function declarations(tokens: Token[], policy: CssPolicy): string {
  const kept: string[] = [];
  for (const declaration of split(tokens, ';')) {
    const colon = declaration.findIndex((token) => token.type === 'delim' && token.text === ':');
    if (colon < 0) continue;
    const name = trim(declaration.slice(0, colon));
    const value = trim(declaration.slice(colon + 1));
    if (name.length !== 1 || name[0]?.type !== 'ident' || value.length === 0) continue;
    const property = name[0].text.toLowerCase();
    const printed = kProperties.test(property) ? print_value(property, value, policy) : null;
    if (printed !== null) kept.push(`${property}: ${printed}`);
  }
  return kept.join('; ');
}

/** null drops the declaration: half a value would mean something else. */
function print_value(property: string, value: Token[], policy: CssPolicy): string | null {
  let result = '';
  let depth = 0;
  for (const token of value) {
    switch (token.type) {
      case 'space':
        result += ' ';
        break;
      case 'ident':
        if (!/^[\p{L}\p{N}_-]+$/u.test(token.text)) return null;
        if (/^(?:expression|behavior|-moz-binding)$/i.test(token.text)) return null;
        result += token.text;
        break;
      case 'number':
        result += token.text;
        break;
      case 'hash':
        if (!/^[0-9a-fA-F]{3,8}$/.test(token.text)) return null;
        result += `#${token.text}`;
        break;
      case 'string':
        if (/[<>\\"\n]/.test(token.text)) return null;
        result += `"${token.text}"`;
        break;
      case 'url': {
        const image = kImageProperties.test(property) ? policy.image(token.text) : null;
        if (image === null) return null;
        result += `url("${encode_url(image)}")`;
        break;
      }
      case 'function':
        if (!kFunctions.test(token.text.toLowerCase())) return null;
        depth += 1;
        result += `${token.text.toLowerCase()}(`;
        break;
      case 'delim':
        if (token.text === ')') depth -= 1;
        else if (token.text === '(') depth += 1;
        else if (!/[,/!*+%-]/.test(token.text)) return null;
        if (depth < 0) return null;
        result += token.text;
        break;
      default:
        return null;
    }
  }
  if (depth !== 0 || forbidden_value(property, result)) return null;
  return result.trim();
}

/** Nothing may be laid over other parts of the message or pulled out of sight of the frame. */
function forbidden_value(property: string, value: string): boolean {
  if (property === 'display') return !/^(?:none|block|inline|inline-block|table|inline-table|table-[a-z-]+|flex|inline-flex|grid|list-item|contents|flow-root)\s*(?:!\s*important)?$/i.test(value.trim());
  return false;
}

function encode_url(url: string): string {
  return url.replace(/[\s"'()\\<>]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

// ---- style sheets ----------------------------------------------------------------------------------------------

/** The contents of a <style> element. Of the at-rules only @media stays. */
export function wash_stylesheet(css: string, policy: CssPolicy): string {
  if (css.length > kMaxCssChars) return '';
  const tokens = tokenize(css.replace(/<!--|-->/g, ' '));
  return rules(tokens, policy, 0).join('\n');
}

function rules(tokens: Token[], policy: CssPolicy, nesting: number): string[] {
  const kept: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const start = at;
    while (at < tokens.length && !is_delim(tokens[at], '{') && !(is_delim(tokens[at], ';') && starts_with_at(tokens, start))) at += 1;
    const prelude = trim(tokens.slice(start, at));
    if (at >= tokens.length) break;
    if (is_delim(tokens[at], ';')) {
      at += 1; // @import, @charset, @namespace: dropped
      continue;
    }
    const end = block_end(tokens, at);
    const body = tokens.slice(at + 1, end);
    at = end + 1;
    const rule = print_rule(prelude, body, policy, nesting);
    if (rule !== null) kept.push(rule);
  }
  return kept;
}

function print_rule(prelude: Token[], body: Token[], policy: CssPolicy, nesting: number): string | null {
  if (prelude[0]?.type === 'at') {
    if (prelude[0].text.toLowerCase() !== 'media' || nesting >= kMaxNesting) return null;
    const query = print_plain(prelude.slice(1));
    if (query === null || !kMediaQuery.test(query)) return null;
    const inner = rules(body, policy, nesting + 1);
    return inner.length === 0 ? null : `@media ${query} {\n${inner.join('\n')}\n}`;
  }
  const selector = print_plain(prelude);
  if (selector === null || selector === '' || !kSelector.test(selector)) return null;
  if (body.some((token) => is_delim(token, '{') || is_delim(token, '}'))) return null; // nested rules
  const inner = declarations(body, policy);
  return inner === '' ? null : `${selector} { ${inner} }`;
}

/** Selectors and media queries: no strings, no urls, no escapes left over. */
function print_plain(tokens: Token[]): string | null {
  let result = '';
  for (const token of tokens) {
    if (token.type === 'bad' || token.type === 'string' || token.type === 'url' || token.type === 'at') return null;
    if (token.type === 'hash') result += `#${token.text}`;
    else if (token.type === 'function') result += `${token.text}(`;
    else result += token.text;
  }
  return result.trim();
}

function block_end(tokens: Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (is_delim(tokens[i], '{')) depth += 1;
    else if (is_delim(tokens[i], '}') && --depth === 0) return i;
  }
  return tokens.length;
}

function starts_with_at(tokens: Token[], start: number): boolean {
  let i = start;
  while (tokens[i]?.type === 'space') i += 1;
  return tokens[i]?.type === 'at';
}

function is_delim(token: Token | undefined, text: string): boolean {
  return token?.type === 'delim' && token.text === text;
}

function split(tokens: Token[], separator: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.type === 'function' || is_delim(token, '(') || is_delim(token, '{')) depth += 1;
    else if ((is_delim(token, ')') || is_delim(token, '}')) && depth > 0) depth -= 1;
    if (depth === 0 && is_delim(token, separator)) parts.push([]);
    else parts[parts.length - 1]?.push(token);
  }
  return parts;
}

function trim(tokens: Token[]): Token[] {
  let start = 0;
  let end = tokens.length;
  while (start < end && tokens[start]?.type === 'space') start += 1;
  while (end > start && tokens[end - 1]?.type === 'space') end -= 1;
  return tokens.slice(start, end);
}
