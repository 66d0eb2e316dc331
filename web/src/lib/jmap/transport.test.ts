import { describe, expect, it } from 'vitest';
import { ApiError, NotConfirmedError } from './errors';
import { Transport } from './transport';

type Answer = { status: number; body?: unknown };

/** A transport over answers given in advance, and what was asked. */
function over(answers: Answer[]): { transport: Transport; asked: string[] } {
  const asked: string[] = [];
  const fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    asked.push(`${init.method ?? 'GET'} ${path}`);
    const answer = answers.shift() ?? { status: 500 };
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), { status: answer.status });
  };
  return { transport: new Transport({ fetch, sleep: async () => {} }), asked };
}

const step_up: Answer = { status: 403, body: { code: 'auth.step_up_required', detail: 'Confirm who you are.' } };
const session: Answer = { status: 200, body: { access_token: 't', expires_in: 900, user: { id: 'u1', login: 'a', display_name: '', role: 'user' } } };

describe('step-up', () => {
  it('asks the person, and sends the request once more', async () => {
    const { transport, asked } = over([step_up, { status: 200, body: { done: true } }]);
    transport.onStepUp = async () => true;
    expect(await transport.sendJson('POST', '/api/v1/auth/totp', {})).toEqual({ done: true });
    expect(asked).toEqual(['POST /api/v1/auth/totp', 'POST /api/v1/auth/totp']);
  });
  it('asks one question for two requests', async () => {
    const { transport } = over([step_up, step_up, { status: 204 }, { status: 204 }]);
    let questions = 0;
    transport.onStepUp = async () => {
      questions += 1;
      return true;
    };
    await Promise.all([transport.request('/a'), transport.request('/b')]);
    expect(questions).toBe(1);
  });
  it('does nothing and sends nothing when the person closes the question', async () => {
    const { transport, asked } = over([step_up]);
    transport.onStepUp = async () => false;
    await expect(transport.request('/a')).rejects.toBeInstanceOf(NotConfirmedError);
    expect(asked).toHaveLength(1);
  });
  it('does not ask for ever: a second refusal is the answer', async () => {
    const { transport } = over([step_up, step_up]);
    transport.onStepUp = async () => true;
    await expect(transport.request('/a')).rejects.toMatchObject({ status: 403, message: 'Confirm who you are.' });
  });
  it('leaves other refusals alone', async () => {
    const { transport } = over([{ status: 403, body: { code: 'auth.forbidden' } }]);
    transport.onStepUp = async () => expect.fail('nobody should be asked');
    await expect(transport.request('/a')).rejects.toBeInstanceOf(ApiError);
  });
});

describe('sign-in with a second step', () => {
  it('has no session before the second step, and one after it', async () => {
    const { transport, asked } = over([{ status: 200, body: { second_factor: { challenge: 'c', methods: ['totp'] } } }, session]);
    expect(await transport.offer('/login', {})).toEqual({ second_factor: { challenge: 'c', methods: ['totp'] } });
    expect(transport.signedIn).toBe(false);
    expect((await transport.signIn('/second', { challenge: 'c' })).login).toBe('a');
    expect(transport.signedIn).toBe(true);
    expect(asked).toEqual(['POST /login', 'POST /second']);
  });
  it('asks openly without a token, and takes a 401 as the answer', async () => {
    const { transport, asked } = over([{ status: 401, body: { detail: 'no' } }]);
    await expect(transport.openJson('/passkey', {})).rejects.toMatchObject({ status: 401 });
    expect(asked).toHaveLength(1);
  });
});
