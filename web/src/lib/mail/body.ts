// Which parts of a message make its body, and which are attachments to show. Pure.

import type { EmailBody, EmailBodyPart } from '../jmap/types';
import { flowed_flags, type ContentTypeFlags } from './flowed';

export interface PlainPart {
  text: string;
  flags: ContentTypeFlags;
}

export function has_html(body: EmailBody): boolean {
  return body.htmlBody.some((part) => part.type === 'text/html');
}

export function plain_parts(body: EmailBody): PlainPart[] {
  return body.textBody.flatMap((part) => {
    const value = part.partId === null ? undefined : body.bodyValues[part.partId];
    if (!value || part.type !== 'text/plain') return [];
    return [{ text: value.value, flags: flowed_flags(part['header:Content-Type']) }];
  });
}

/** The HTML of all body parts; plain parts in between (mailing list footers) are escaped into it. */
export function html_of(body: EmailBody): string {
  return body.htmlBody
    .map((part) => {
      const value = part.partId === null ? undefined : body.bodyValues[part.partId];
      if (value) return part.type === 'text/html' ? value.value : `<pre>${escape_html(value.value)}</pre>`;
      return '';
    })
    .join('\n');
}

export function is_truncated(body: EmailBody): boolean {
  return Object.values(body.bodyValues).some((value) => value.isTruncated);
}

/** Attachments for the list under the message: inline pictures that the HTML shows are not repeated. */
export function listed_attachments(body: EmailBody): EmailBodyPart[] {
  const html = has_html(body) ? html_of(body) : '';
  return body.attachments.filter((part) => {
    if (part.cid === null || !part.type.startsWith('image/') || part.disposition === 'attachment') return true;
    return !mentions_cid(html, part.cid);
  });
}

export function inline_images(body: EmailBody): EmailBodyPart[] {
  if (!has_html(body)) return [];
  const html = html_of(body);
  const parts = [...body.attachments, ...body.htmlBody];
  return parts.filter((part) => part.cid !== null && part.blobId !== null && mentions_cid(html, part.cid));
}

function mentions_cid(html: string, cid: string): boolean {
  return html.includes(`cid:${cid}`) || html.includes(`cid:${encodeURIComponent(cid)}`);
}

function escape_html(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] as string);
}

// ---- opening attachments ---------------------------------------------------------------------------------------

const kViewable: Record<string, string> = {
  'image/png': 'image/png',
  'image/jpeg': 'image/jpeg',
  'image/jpg': 'image/jpeg',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
  'image/avif': 'image/avif',
  'image/bmp': 'image/bmp',
  'application/pdf': 'application/pdf',
  'text/plain': 'text/plain;charset=utf-8',
};

/** The type under which a part may be opened in a tab of our origin, or null: only download (never HTML or SVG). */
export function viewable_type(type: string): string | null {
  return kViewable[type.toLowerCase().split(';')[0]?.trim() ?? ''] ?? null;
}

/** A file name for the disk: no path, no control or direction characters, not hidden, not endless. */
export function safe_file_name(name: string | null, fallback: string): string {
  const clean = (name ?? '')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  if (clean.length <= 150) return clean === '' ? fallback : clean;
  const dot = clean.lastIndexOf('.');
  const extension = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : '';
  return clean.slice(0, 150 - extension.length) + extension;
}
