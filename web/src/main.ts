import { mount } from 'svelte';
import './app.css';
import Root from './Root.svelte';
import { App } from './lib/data/app.svelte';

// Storage may be switched off in the browser; then nothing is remembered, and that's all.
const remember = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(`dhii.${key}`);
    } catch {
      return null;
    }
  },
  set(key: string, value: string): void {
    try {
      localStorage.setItem(`dhii.${key}`, value);
    } catch {
      // Not remembered.
    }
  },
};

const app = new App({ remember });
const target = document.getElementById('app');
if (target) mount(Root, { target, props: { app } });
