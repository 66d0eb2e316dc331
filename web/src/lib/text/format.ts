// Dates and sizes as people read them. Pure: the present moment and the locale are arguments.

import { text } from './en';

const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

function start_of_day(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(date: Date, locale: string | undefined, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale ?? ''}${JSON.stringify(options)}`;
  let formatter = formats.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, options);
    formats.set(key, formatter);
  }
  return formatter.format(date);
}

/** For a row of the list: the time today, the weekday this week, else the date. */
export function short_date(iso: string, now: number, locale?: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const days = Math.round((start_of_day(new Date(now)) - start_of_day(date)) / kDay);
  if (days <= 0 && days > -2) return format(date, locale, { hour: 'numeric', minute: '2-digit' });
  if (days === 1) return text.time.yesterday;
  if (days > 1 && days < 7) return format(date, locale, { weekday: 'short' });
  if (date.getFullYear() === new Date(now).getFullYear()) {
    return format(date, locale, { day: 'numeric', month: 'short' });
  }
  return format(date, locale, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** For the head of a message: "5 minutes ago" while that helps, else day and time. */
export function relative_date(iso: string, now: number, locale?: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const age = now - date.getTime();
  if (age >= 0 && age < kMinute) return text.time.now;
  if (age >= 0 && age < 12 * kHour) {
    const relative = new Intl.RelativeTimeFormat(locale ?? 'en', { numeric: 'always' });
    if (age < kHour) return relative.format(-Math.floor(age / kMinute), 'minute');
    return relative.format(-Math.floor(age / kHour), 'hour');
  }
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' };
  if (date.getFullYear() !== new Date(now).getFullYear()) options.year = 'numeric';
  return format(date, locale, options);
}

export function full_date(iso: string, locale?: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  return format(date, locale, { dateStyle: 'full', timeStyle: 'short' });
}

/** A sentence of the server's with its moments (ISO 8601) as people of this place write them. */
export function with_local_times(sentence: string, locale?: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (iso) => {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? iso : format(date, locale, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
  });
}

/** The server's half sentences, as whole ones begin. */
export const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** What the server quotes as code, in the quotes of a sentence. */
export const quoted_code = (words: string): string => words.replace(/`([^`]+)`/g, '“$1”');

export function file_size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

/** Counts beside mailboxes stay narrow: 999, 1.2k, 34k. */
export function short_count(n: number): string {
  if (n < 1000) return String(n);
  if (n < 10_000) return `${Math.floor(n / 100) / 10}k`;
  if (n < 1_000_000) return `${Math.floor(n / 1000)}k`;
  return `${Math.floor(n / 100_000) / 10}M`;
}
