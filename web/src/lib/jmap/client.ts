// JMAP requests over a Transport: batched method calls with result references (RFC 8620 §3). Batches built in
// the same turn of the event loop travel in one HTTP request, so that the app stays far below rate limits.

import { ApiError, MethodError } from './errors';
import type { Transport } from './transport';
import type { Id, MethodName, MethodResults, Session } from './types';

export const kUsing = [
  'urn:ietf:params:jmap:core',
  'urn:ietf:params:jmap:mail',
  'urn:ietf:params:jmap:submission',
];

const kDefaultMaxCalls = 16; // RFC 8620 §2 suggests at least 16

export type Invocation = [name: string, args: Record<string, unknown>, callId: string];

export interface ResultReference {
  resultOf: string;
  name: string;
  path: string;
}

export class Call<M extends MethodName> {
  constructor(
    readonly name: M,
    readonly callId: string,
    readonly args: Record<string, unknown>,
  ) {}

  ref(path: string): ResultReference {
    return { resultOf: this.callId, name: this.name, path };
  }
}

/** The answers of one batch. */
export class BatchResult {
  constructor(private readonly answers_: Map<string, Invocation[]>) {}

  get<M extends MethodName>(call: Call<M>): MethodResults[M] {
    const answer = this.answers_.get(call.callId)?.find(([name]) => name === call.name || name === 'error');
    if (!answer) throw new MethodError('serverFail', `no answer to ${call.name}`);
    if (answer[0] === 'error') {
      throw new MethodError(String(answer[1]['type']), answer[1]['description'] as string | undefined);
    }
    return answer[1] as unknown as MethodResults[M];
  }

  /** As get, but a method error is a value: for calls whose failure has a slower path. */
  tryGet<M extends MethodName>(call: Call<M>): MethodResults[M] | MethodError {
    try {
      return this.get(call);
    } catch (error) {
      if (error instanceof MethodError) return error;
      throw error;
    }
  }
}

export class Batch {
  readonly calls: Call<MethodName>[] = [];

  constructor(private readonly client_: JmapClient) {}

  call<M extends MethodName>(name: M, args: Record<string, unknown>): Call<M> {
    const call = new Call(name, this.client_.nextCallId(), args);
    this.calls.push(call);
    return call;
  }

  send(): Promise<BatchResult> {
    return this.client_.enqueue(this.calls);
  }
}

interface Waiting {
  calls: Call<MethodName>[];
  resolve: (result: BatchResult) => void;
  reject: (error: unknown) => void;
}

export class JmapClient {
  session: Session | null = null;

  private next_call_ = 0;
  private waiting_: Waiting[] = [];

  constructor(readonly transport: Transport) {}

  async loadSession(): Promise<Session> {
    this.session = await this.transport.getJson<Session>('/.well-known/jmap');
    return this.session;
  }

  batch(): Batch {
    return new Batch(this);
  }

  /** One call on its own. */
  async call<M extends MethodName>(name: M, args: Record<string, unknown>): Promise<MethodResults[M]> {
    const batch = this.batch();
    const call = batch.call(name, args);
    return (await batch.send()).get(call);
  }

  nextCallId(): string {
    this.next_call_ += 1;
    return `c${this.next_call_}`;
  }

  enqueue(calls: Call<MethodName>[]): Promise<BatchResult> {
    return new Promise((resolve, reject) => {
      if (this.waiting_.length === 0) queueMicrotask(() => this.flush());
      this.waiting_.push({ calls, resolve, reject });
    });
  }

  downloadUrl(account: Id, blob: Id, name: string, type: string): string {
    return expand(this.session?.downloadUrl ?? '/jmap/download/{accountId}/{blobId}/{name}?type={type}', {
      accountId: account,
      blobId: blob,
      name,
      type,
    });
  }

  uploadUrl(account: Id): string {
    return expand(this.session?.uploadUrl ?? '/jmap/upload/{accountId}/', { accountId: account });
  }

  async download(account: Id, blob: Id, name: string, type: string): Promise<Blob> {
    const response = await this.transport.request(this.downloadUrl(account, blob, name, type));
    return response.blob();
  }

  private maxCalls(): number {
    const core = this.session?.capabilities['urn:ietf:params:jmap:core'] as
      | { maxCallsInRequest?: number }
      | undefined;
    return core?.maxCallsInRequest ?? kDefaultMaxCalls;
  }

  private flush(): void {
    const waiting = this.waiting_;
    this.waiting_ = [];
    let group: Waiting[] = [];
    let size = 0;
    for (const entry of waiting) {
      if (group.length > 0 && size + entry.calls.length > this.maxCalls()) {
        void this.post(group);
        group = [];
        size = 0;
      }
      group.push(entry);
      size += entry.calls.length;
    }
    if (group.length > 0) void this.post(group);
  }

  private async post(group: Waiting[]): Promise<void> {
    try {
      const calls = group.flatMap((entry) => entry.calls);
      const url = same_origin(this.session?.apiUrl ?? '/jmap/api');
      const answer = await this.transport.sendJson<{ methodResponses?: Invocation[] }>('POST', url, {
        using: kUsing,
        methodCalls: calls.map((call) => [call.name, call.args, call.callId]),
      });
      if (!Array.isArray(answer.methodResponses)) throw new ApiError(200, { detail: 'not a JMAP answer' });
      const by_call = new Map<string, Invocation[]>();
      for (const response of answer.methodResponses) {
        by_call.set(response[2], [...(by_call.get(response[2]) ?? []), response]);
      }
      for (const entry of group) entry.resolve(new BatchResult(by_call));
    } catch (error) {
      for (const entry of group) entry.reject(error);
    }
  }
}

/** RFC 6570 level 1, which is all that RFC 8620 §2 uses. */
function expand(template: string, values: Record<string, string>): string {
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  return same_origin(url);
}

/** The server may print absolute URLs of its public name; the app only ever talks to its own origin (CSP). */
function same_origin(url: string): string {
  const match = /^https?:\/\/[^/]+(\/.*)$/.exec(url);
  return match?.[1] ?? url;
}
