// "Firefox on Windows" out of a User-Agent, for the list of signed-in devices. Pure; a guess, for people only.

import { text } from './en';

const kBrowsers: [RegExp, string][] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChromium\/|\bChrome\/|\bHeadlessChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const kSystems: [RegExp, string][] = [
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

export function device_name(user_agent: string): string {
  const browser = kBrowsers.find(([pattern]) => pattern.test(user_agent))?.[1];
  const system = kSystems.find(([pattern]) => pattern.test(user_agent))?.[1];
  if (browser && system) return text.settings.device(browser, system);
  return browser ?? system ?? (user_agent.slice(0, 60) || text.settings.unknownDevice);
}
