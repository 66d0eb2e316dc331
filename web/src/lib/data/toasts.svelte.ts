// Short messages at the foot of the window, with at most one action each. No DOM.

export interface Toast {
  key: number;
  message: string;
  tone: 'plain' | 'error';
  action?: { label: string; run: () => void };
}

const kPlainMs = 6000;
const kErrorMs = 12_000;
const kMaxToasts = 3;

export class Toasts {
  list = $state.raw<Toast[]>([]);
  private next_ = 1;
  private readonly timers_ = new Map<number, ReturnType<typeof setTimeout>>();

  show(message: string, options: { tone?: Toast['tone']; action?: Toast['action']; ms?: number } = {}): number {
    const key = this.next_++;
    const tone = options.tone ?? 'plain';
    const toast: Toast = { key, message, tone, ...(options.action ? { action: options.action } : {}) };
    this.list = [...this.list, toast].slice(-kMaxToasts);
    this.timers_.set(key, setTimeout(() => this.dismiss(key), options.ms ?? (tone === 'error' ? kErrorMs : kPlainMs)));
    return key;
  }

  error(message: string): number {
    return this.show(message, { tone: 'error' });
  }

  dismiss(key: number): void {
    clearTimeout(this.timers_.get(key));
    this.timers_.delete(key);
    this.list = this.list.filter((toast) => toast.key !== key);
  }
}
