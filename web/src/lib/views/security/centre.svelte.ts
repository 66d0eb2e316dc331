// What the security centre knows, shared by its sections: each part is asked for by itself, so that one that fails leaves the others standing.

import { kMaxPage, SecurityApi } from '../../api/security_api';
import type { App } from '../../data/app.svelte';
import { ApiError } from '../../jmap/errors';
import type { Known } from '../../security/posture';
import { trouble_of } from '../attempt';

const kDayMs = 86_400_000;

export class Centre {
  known = $state.raw<Known>({});
  /** Why a part has no answer; a part that this server doesn't have (404) is left out in silence. */
  troubles = $state.raw<Partial<Record<keyof Known, string>>>({});
  loading = $state(false);
  /** Rises when the person wants to look again: lists that are loaded elsewhere follow it. */
  round = $state(0);
  readonly api: SecurityApi;

  constructor(app: App) {
    this.api = new SecurityApi(app.transport);
  }

  lookAgain(): void {
    this.round += 1;
    void this.load();
  }

  /** Quietly: as often as a screen that stays open asks by itself. */
  async load(quietly = false): Promise<void> {
    this.loading = !quietly;
    await Promise.all([
      this.reload('summary'), this.reload('serious'), this.reload('alerts'), this.reload('audit'), this.reload('checks'), this.reload('tasks'), this.reload('backups'),
    ]);
    this.loading = false;
  }

  async reload<Part extends keyof Known>(part: Part): Promise<void> {
    try {
      const value = await this.ask(part);
      this.known = { ...this.known, [part]: value };
      this.troubles = { ...this.troubles, [part]: undefined };
    } catch (error) {
      const trouble = error instanceof ApiError && error.status === 404 ? null : trouble_of(error);
      if (trouble !== null) this.troubles = { ...this.troubles, [part]: trouble };
    }
  }

  private async ask(part: keyof Known): Promise<unknown> {
    if (part !== 'serious') return this.api[part]();
    return (await this.api.events({ severity: 'warning', since: new Date(Date.now() - kDayMs).toISOString(), limit: kMaxPage })).events;
  }
}
