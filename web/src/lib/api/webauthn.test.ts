import { describe, expect, it } from 'vitest';
import { assertion_json, new_passkey, creation_options, from_base64url, request_options, to_base64url } from './webauthn';

const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer;

describe('passkeys as JSON', () => {
  it.each([[[]], [[0]], [[255, 254, 253]], [[62, 63, 250, 251]]])('bytes %j survive base64url', (values) => {
    const text = to_base64url(Uint8Array.from(values));
    expect(text).not.toMatch(/[+/=]/);
    expect([...from_base64url(text)]).toEqual(values);
  });
  it('turns what the browser needs as bytes into bytes, and leaves the rest', () => {
    const options = creation_options({
      challenge: 'AQID', rp: { id: 'localhost', name: 'dhii-mail' }, user: { id: 'dTE', name: 'alice', displayName: 'Alice' }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      excludeCredentials: [{ type: 'public-key', id: '_-8' }], authenticatorSelection: { residentKey: 'required' },
    });
    expect([...(options.challenge as Uint8Array)]).toEqual([1, 2, 3]);
    expect(new TextDecoder().decode(options.user.id as Uint8Array)).toBe('u1');
    expect([...(options.excludeCredentials?.[0]?.id as Uint8Array)]).toEqual([255, 239]);
    expect(options.authenticatorSelection).toEqual({ residentKey: 'required' });
    expect(request_options({ challenge: 'AQID', rpId: 'localhost' })).not.toHaveProperty('allowCredentials');
  });
  it('sends what was signed', () => {
    const response = { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: null };
    expect(assertion_json({ id: 'BA', rawId: bytes(4), type: 'public-key', response } as unknown as PublicKeyCredential)).toEqual({ credential_id: 'BA', client_data_json: 'AQ', authenticator_data: 'Ag', signature: 'Aw' });
    expect(assertion_json({ rawId: bytes(4), response: { ...response, userHandle: bytes(5) } } as unknown as PublicKeyCredential).user_handle).toBe('BQ');
    const made = { clientDataJSON: bytes(1), attestationObject: bytes(2), getTransports: () => ['internal'] };
    expect(new_passkey({ id: 'BA', rawId: bytes(4), type: 'public-key', response: made } as unknown as PublicKeyCredential)).toEqual({ passkey: { client_data_json: 'AQ', attestation_object: 'Ag' }, transports: ['internal'] });
  });
});
