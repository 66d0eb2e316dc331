// The whole document of the message frame: our base style, then the message, sanitised together in one go, so that
// sanitising stays the last step.

import { measurer } from './measure';
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

/** The height of such a document at a width. */
export function frame_measurer(root: Element): (width: number) => number {
  return measurer(root, kBase.replace(/\bbody \{/, '.message {'));
}
