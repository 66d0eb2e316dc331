// What the tests need to be a person with a phone and a security key: codes of an authenticator app, and Chromium's virtual authenticator.

import { createHmac } from 'node:crypto';

const kAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const kPeriodMs = 30_000;

function base32(text) {
  let bits = '';
  for (const char of text.replace(/[\s=]/g, '').toUpperCase()) bits += kAlphabet.indexOf(char).toString(2).padStart(5, '0');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/** RFC 6238 with SHA-1, six digits, 30 seconds: what every authenticator app shows. */
export function totp(secret, now = Date.now()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / kPeriodMs)));
  const mac = createHmac('sha1', base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A code works once. The server takes the next one early, so a test need not wait for the period to end more than once. */
export class Phone {
  used = 0;

  constructor(secret) {
    this.secret = secret;
  }

  async code() {
    for (;;) {
      const now = Date.now();
      const period = Math.max(Math.floor(now / kPeriodMs), this.used + 1);
      if (period <= Math.floor(now / kPeriodMs) + 1) {
        this.used = period;
        return totp(this.secret, period * kPeriodMs);
      }
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

/** A platform authenticator that says yes, with discoverable keys; CDP's WebAuthn domain. */
export async function authenticator(page, options = {}) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...options },
  });
  return {
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verified: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    remove: () => cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
  };
}
