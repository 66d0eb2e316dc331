// Plain text of a message as paragraphs with quote depth. Understands format=flowed (RFC 3676) including DelSp
// and space-stuffing; fixed text keeps its lines. Pure; returns text only, never markup.

export interface Paragraph {
  depth: number;
  text: string;
  signature: boolean;
}

const kMaxDepth = 12; // deeper quoting is drawn as this deep: nobody counts further
const kMaxLines = 50_000; // a message of more lines is cut; the original stays downloadable

export interface ContentTypeFlags {
  flowed: boolean;
  delsp: boolean;
}

export function flowed_flags(content_type: string | null | undefined): ContentTypeFlags {
  const value = content_type ?? '';
  return {
    flowed: /;\s*format\s*=\s*"?flowed"?/i.test(value),
    delsp: /;\s*delsp\s*=\s*"?yes"?/i.test(value),
  };
}

export function paragraphs(text: string, flags: ContentTypeFlags): Paragraph[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n').slice(0, kMaxLines);
  return flags.flowed ? flowed_paragraphs(lines, flags.delsp) : fixed_paragraphs(lines);
}

function fixed_paragraphs(lines: string[]): Paragraph[] {
  const result: Paragraph[] = [];
  let signature = false;
  for (const line of lines) {
    const match = /^((?:> ?)+)/.exec(line);
    const marks = match?.[1] ?? '';
    const depth = Math.min(kMaxDepth, marks.replace(/ /g, '').length);
    if (depth === 0 && line === '-- ') signature = true;
    append_line(result, { depth, text: line.slice(marks.length), signature: signature && depth === 0 });
  }
  return result;
}

/** Lines of the same depth stay one block: fewer nodes, and selection copies as written. */
function append_line(result: Paragraph[], line: Paragraph): void {
  const last = result[result.length - 1];
  if (last && last.depth === line.depth && last.signature === line.signature) last.text += `\n${line.text}`;
  else result.push(line);
}

function flowed_paragraphs(lines: string[], delsp: boolean): Paragraph[] {
  const result: Paragraph[] = [];
  let open: { depth: number; text: string } | null = null;
  let signature = false;
  const close = (): void => {
    if (open) append_line(result, { ...open, signature: signature && open.depth === 0 });
    open = null;
  };
  for (const raw of lines) {
    const marks = /^>*/.exec(raw)?.[0] ?? '';
    const depth = Math.min(kMaxDepth, marks.length);
    const content = raw.slice(marks.length).replace(/^ /, '');
    if (content === '-- ') {
      close();
      if (depth === 0) signature = true;
      append_line(result, { depth, text: content, signature: depth === 0 });
      continue;
    }
    if (open && (open as { depth: number }).depth !== depth) close();
    const flows = content.endsWith(' ');
    const piece = flows && delsp ? content.slice(0, -1) : content;
    const current: { depth: number; text: string } = open ?? { depth, text: '' };
    current.text += piece;
    open = current;
    if (!flows) close();
  }
  close();
  return result;
}

export interface FoldedText {
  visible: Paragraph[];
  quoted: Paragraph[];
}

/** The quotation at the end, with the "X wrote:" line above it, goes behind a button. */
export function fold_quotes(all: Paragraph[]): FoldedText {
  let end = all.length;
  let start = end;
  while (start > 0) {
    const paragraph = all[start - 1] as Paragraph;
    if (paragraph.depth > 0) start -= 1;
    else if (start === end && is_blank_or_signature(paragraph)) {
      start -= 1;
      end -= 1;
    } else if (is_blank(paragraph)) start -= 1;
    else break;
  }
  if (!all.slice(start, end).some((paragraph) => paragraph.depth > 0)) return { visible: all, quoted: [] };
  const visible = all.slice(0, start);
  const quoted = all.slice(start, end);
  const attribution = take_attribution(visible);
  if (attribution) quoted.unshift(attribution);
  if (visible.every(is_blank)) return { visible: all, quoted: [] };
  return { visible: [...visible, ...all.slice(end).filter((paragraph) => !is_blank(paragraph))], quoted };
}

function is_blank(paragraph: Paragraph): boolean {
  return paragraph.text.trim() === '';
}

function is_blank_or_signature(paragraph: Paragraph): boolean {
  return is_blank(paragraph) || paragraph.signature;
}

/** Cuts the last lines of the visible text when they announce the quotation ("… wrote:", "… schrieb:", "…："). */
function take_attribution(visible: Paragraph[]): Paragraph | null {
  const last = visible[visible.length - 1];
  if (!last) return null;
  const match = /(?:^|\n)([^\n]{0,200}\n?[^\n]{1,200}[:：])\s*$/u.exec(last.text);
  const line = match?.[1];
  if (!match || line === undefined || !/[@\d]/.test(line)) return null;
  visible[visible.length - 1] = { ...last, text: last.text.slice(0, match.index) };
  return { ...last, text: line.trim() };
}
