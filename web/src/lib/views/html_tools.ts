// The sanitiser with the browser's DOM, loaded when the first HTML message is opened.

import type { EmailBody } from '../jmap/types';
import { has_html, html_of, plain_parts } from '../mail/body';
import type { Sanitiser } from '../mail/sanitise';

let loading: Promise<Sanitiser> | null = null;

export function load_sanitiser(): Promise<Sanitiser> {
  loading ??= Promise.all([import('dompurify'), import('../mail/sanitise')]).then(
    ([{ default: purify }, { Sanitiser: Class }]) => new Class(purify(window)),
  );
  return loading;
}

/** The text of a message, for quoting. */
export async function plain_of(body: EmailBody): Promise<string> {
  const plain = plain_parts(body).map((part) => part.text).join('\n');
  if (plain.trim() !== '' || !has_html(body)) return plain;
  const [sanitiser, { html_to_text }] = await Promise.all([load_sanitiser(), import('../mail/html_text')]);
  return html_to_text(sanitiser.sanitise(html_of(body), { remote: new Map(), inlined: new Map(), foldQuotes: false }).root);
}
