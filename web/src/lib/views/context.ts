import { getContext, setContext } from 'svelte';
import type { App } from '../data/app.svelte';

const kKey = Symbol('app');

export function provide_app(app: App): void {
  setContext(kKey, app);
}

export function use_app(): App {
  return getContext<App>(kKey);
}
