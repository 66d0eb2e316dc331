// Everything that can go wrong between the browser and the server, as values a view can print.

export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: { pointer: string; detail: string }[];
}

/** The server answered, and said no (RFC 9457, or RFC 8620 §3.6.1 for a whole JMAP request). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: ProblemDetails,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
  }

  /** The sentence for one field of a form, by its JSON pointer. */
  field(pointer: string): string | undefined {
    return this.problem.errors?.find((e) => e.pointer === pointer)?.detail;
  }
}

/** No answer at all: the network or the server is away. Worth trying again later. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('no answer from the server', { cause });
    this.name = 'NetworkError';
  }
}

/** The session ended: nothing works before a new sign-in. */
export class SignedOutError extends Error {
  constructor() {
    super('signed out');
    this.name = 'SignedOutError';
  }
}

/** The person was asked to confirm who they are, and closed the question: nothing happened, nothing to report. */
export class NotConfirmedError extends Error {
  constructor() {
    super('not confirmed');
    this.name = 'NotConfirmedError';
  }
}

/** One method call of a batch failed (RFC 8620 §3.6.2). */
export class MethodError extends Error {
  constructor(
    readonly type: string,
    description?: string,
  ) {
    super(description ?? type);
    this.name = 'MethodError';
  }
}

export async function api_error(response: Response): Promise<ApiError> {
  let problem: ProblemDetails = {};
  try {
    problem = (await response.json()) as ProblemDetails;
  } catch {
    // A proxy's HTML page, or nothing: the status alone has to do.
  }
  return new ApiError(response.status, problem ?? {});
}

export function message_of(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
