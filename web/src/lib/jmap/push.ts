// Push by the event source of RFC 8620 §7.3, read with fetch because the Authorization header is needed.
// Reconnects with back-off and jitter; silence longer than two pings counts as a dead connection.

import { EventStreamParser, type ServerEvent } from './event_stream';
import { SignedOutError } from './errors';
import type { Transport } from './transport';

export interface PushOptions {
  transport: Transport;
  onEvent: (event: ServerEvent) => void;
  onConnected: () => void;
  onDisconnected: () => void;
  random?: () => number;
}

const kPingSeconds = 30;
const kFirstRetryMs = 500;
const kMaxRetryMs = 30_000;
const kSilenceMs = kPingSeconds * 2500; // two and a half pings

/** How long to wait before attempt n (from 0): doubling, capped, half of it random. */
export function retry_delay_ms(attempt: number, random: number): number {
  const full = Math.min(kMaxRetryMs, kFirstRetryMs * 2 ** Math.min(attempt, 10));
  return full / 2 + (full / 2) * random;
}

export class Push {
  private stopped_ = false;
  private abort_: AbortController | null = null;
  private wake_: (() => void) | null = null;

  constructor(private readonly options_: PushOptions) {}

  start(): void {
    void this.loop();
  }

  stop(): void {
    this.stopped_ = true;
    this.abort_?.abort();
    this.wake_?.();
  }

  /** The browser says that the network is back: don't sit out the back-off. */
  retryNow(): void {
    this.wake_?.();
  }

  private async loop(): Promise<void> {
    let attempt = 0;
    while (!this.stopped_) {
      try {
        await this.readOnce(() => {
          attempt = 0;
          this.options_.onConnected();
        });
      } catch (error) {
        if (error instanceof SignedOutError) return;
      }
      if (this.stopped_) return;
      this.options_.onDisconnected();
      await this.pause(retry_delay_ms(attempt, (this.options_.random ?? Math.random)()));
      attempt += 1;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake_ = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async readOnce(connected: () => void): Promise<void> {
    const abort = new AbortController();
    this.abort_ = abort;
    let watchdog = setTimeout(() => abort.abort(), kSilenceMs);
    try {
      const response = await this.options_.transport.request(
        `/jmap/eventsource?types=*&closeafter=no&ping=${kPingSeconds}&dhii=1`,
        { headers: { Accept: 'text/event-stream' }, signal: abort.signal, cache: 'no-store' },
      );
      const reader = response.body?.getReader();
      if (!reader) return;
      connected();
      const decoder = new TextDecoder();
      const parser = new EventStreamParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), kSilenceMs);
        for (const event of parser.push(decoder.decode(value, { stream: true }))) {
          this.options_.onEvent(event);
        }
      }
    } finally {
      clearTimeout(watchdog);
    }
  }
}
