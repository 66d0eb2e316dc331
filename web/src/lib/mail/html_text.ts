// Plain text of sanitised HTML, for quoting in a reply. Works on the inert tree that the sanitiser made; pure.

const kBreakBefore = /^(?:ADDRESS|ARTICLE|BLOCKQUOTE|CENTER|DD|DIV|DL|DT|FIGURE|FOOTER|H[1-6]|HEADER|HR|LI|MAIN|OL|P|PRE|SECTION|TABLE|TR|UL)$/;
const kParagraph = /^(?:BLOCKQUOTE|H[1-6]|OL|P|PRE|TABLE|UL)$/;

export function html_to_text(root: Element): string {
  const out: string[] = [];
  append(root.querySelector('body') ?? root, out, false);
  return out
    .join('')
    .replace(/[ \t\u00a0]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function append(parent: Element, out: string[], pre: boolean): void {
  for (const node of parent.childNodes) {
    if (node.nodeType === 3) {
      const value = node.textContent ?? '';
      out.push(pre ? value : collapse(value, out));
    } else if (node.nodeType === 1) {
      append_element(node as Element, out, pre);
    }
  }
}

function append_element(element: Element, out: string[], pre: boolean): void {
  const name = element.nodeName;
  if (name === 'STYLE' || name === 'HEAD') return;
  if (name === 'BR') return void out.push('\n');
  if (name === 'IMG') return void out.push(element.getAttribute('alt') ?? '');
  if (name === 'BLOCKQUOTE') {
    const inner = html_to_text_of(element);
    line_end(out);
    out.push(inner.split('\n').map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`)).join('\n'), '\n');
    return;
  }
  const block = kBreakBefore.test(name);
  if (block) line_end(out);
  if (kParagraph.test(name) && out.length > 0) out.push('\n');
  if (name === 'LI') out.push('- ');
  append(element, out, pre || name === 'PRE');
  if (name === 'TD' || name === 'TH') out.push(' ');
  if (name === 'A') append_target(element, out);
  if (block) line_end(out);
}

function html_to_text_of(element: Element): string {
  const out: string[] = [];
  append(element, out, false);
  return out.join('').replace(/\n{3,}/g, '\n\n').trim();
}

function append_target(link: Element, out: string[]): void {
  const href = link.getAttribute('href') ?? '';
  const label = (link.textContent ?? '').trim();
  if (/^https?:/.test(href) && label !== '' && !href.includes(label) && href.length < 200) out.push(` <${href}>`);
}

function collapse(value: string, out: string[]): string {
  const text = value.replace(/\s+/g, ' ');
  const last = out[out.length - 1];
  return last === undefined || /\s$/.test(last) ? text.replace(/^ /, '') : text;
}

function line_end(out: string[]): void {
  const last = out[out.length - 1];
  if (last !== undefined && !last.endsWith('\n')) out.push('\n');
}
