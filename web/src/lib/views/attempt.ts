// What every button that asks the server does: says what went wrong, and says nothing when the person changed their mind.

import type { App } from '../data/app.svelte';
import { message_of, NetworkError, NotConfirmedError, SignedOutError } from '../jmap/errors';
import { text } from '../text';

/** The sentence for a person, or nothing when there is nothing to say. */
export function trouble_of(error: unknown): string | null {
  if (error instanceof NotConfirmedError || error instanceof SignedOutError) return null;
  return error instanceof NetworkError ? text.network.failed : message_of(error);
}

/** Whether the work was done. */
export async function attempt(app: App, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const trouble = trouble_of(error);
    if (trouble !== null) app.toasts.error(trouble);
    return false;
  }
}
