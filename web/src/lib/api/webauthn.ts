// Passkeys between the server's JSON (options as in WebAuthn Level 3 §5.1.9 and 5.1.10) and the browser's buffers. Pure but for ask_passkey and
// make_passkey, which open the browser's own dialog. Written out because Safari 16 and Firefox ESR lack parse...FromJSON and toJSON.

type Base64Url = string;

interface DescriptorJson {
  id: Base64Url;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}

export interface RequestOptionsJson {
  challenge: Base64Url;
  rpId?: string;
  timeout?: number;
  userVerification?: UserVerificationRequirement;
  allowCredentials?: DescriptorJson[];
}

export interface CreationOptionsJson {
  challenge: Base64Url;
  rp: { id?: string; name: string };
  user: { id: Base64Url; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  timeout?: number;
  attestation?: AttestationConveyancePreference;
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  excludeCredentials?: DescriptorJson[];
}

export interface AssertionJson {
  credential_id: Base64Url;
  client_data_json: Base64Url;
  authenticator_data: Base64Url;
  signature: Base64Url;
  user_handle?: Base64Url;
}

export interface NewPasskey {
  passkey: { client_data_json: Base64Url; attestation_object: Base64Url };
  transports?: string[];
}

export function from_base64url(text: Base64Url): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

export function to_base64url(bytes: ArrayBuffer | Uint8Array): Base64Url {
  const binary = Array.from(new Uint8Array(bytes as ArrayBuffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const descriptors = (list: DescriptorJson[]): PublicKeyCredentialDescriptor[] => list.map((each) => ({ ...each, id: from_base64url(each.id) }));

export function request_options(json: RequestOptionsJson): PublicKeyCredentialRequestOptions {
  const { challenge, allowCredentials, ...rest } = json;
  return { ...rest, challenge: from_base64url(challenge), ...(allowCredentials ? { allowCredentials: descriptors(allowCredentials) } : {}) };
}

export function creation_options(json: CreationOptionsJson): PublicKeyCredentialCreationOptions {
  const { challenge, user, excludeCredentials, ...rest } = json;
  return {
    ...rest,
    challenge: from_base64url(challenge),
    user: { ...user, id: from_base64url(user.id) },
    ...(excludeCredentials ? { excludeCredentials: descriptors(excludeCredentials) } : {}),
  };
}

export function assertion_json(credential: PublicKeyCredential): AssertionJson {
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    credential_id: to_base64url(credential.rawId),
    client_data_json: to_base64url(response.clientDataJSON),
    authenticator_data: to_base64url(response.authenticatorData),
    signature: to_base64url(response.signature),
    ...(response.userHandle ? { user_handle: to_base64url(response.userHandle) } : {}),
  };
}

export function new_passkey(credential: PublicKeyCredential): NewPasskey {
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    passkey: { client_data_json: to_base64url(response.clientDataJSON), attestation_object: to_base64url(response.attestationObject) },
    ...(response.getTransports ? { transports: response.getTransports() } : {}),
  };
}

export function has_passkeys(): boolean {
  return typeof window !== 'undefined' && 'PublicKeyCredential' in window && window.isSecureContext;
}

/** The person closed the browser's dialog, or it ran out of time, or no passkey fits: the browser doesn't tell which. */
export class NoPasskeyError extends Error {}

export async function ask_passkey(json: RequestOptionsJson): Promise<AssertionJson> {
  return assertion_json(await from_browser(navigator.credentials.get({ publicKey: request_options(json) })));
}

export async function make_passkey(json: CreationOptionsJson): Promise<NewPasskey> {
  return new_passkey(await from_browser(navigator.credentials.create({ publicKey: creation_options(json) })));
}

async function from_browser(dialog: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await dialog;
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    // InvalidStateError: this authenticator has a passkey for the account already; it deserves its own sentence.
    if (error instanceof DOMException && error.name === 'InvalidStateError') throw error;
    throw new NoPasskeyError('no passkey', { cause: error });
  }
  throw new NoPasskeyError('no passkey');
}
