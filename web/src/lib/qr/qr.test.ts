import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { qr_matrix, qr_path, rs_generator, rs_remainder, type Matrix } from './qr';

/** What somebody else's reader sees: four pixels a module, quiet zone of four modules. */
function read(matrix: Matrix): string | undefined {
  const scale = 4;
  const size = (matrix.length + 8) * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  matrix.forEach((row, y) =>
    row.forEach((dark, x) => {
      if (!dark) return;
      for (let dy = 0; dy < scale; dy++) for (let dx = 0; dx < scale; dx++) pixels.fill(0, (((y + 4) * scale + dy) * size + (x + 4) * scale + dx) * 4, (((y + 4) * scale + dy) * size + (x + 4) * scale + dx) * 4 + 3);
    }),
  );
  const found = jsQR(pixels, size, size);
  return found === null ? undefined : new TextDecoder().decode(Uint8Array.from(found.binaryData));
}

describe('QR codes', () => {
  const uri = 'otpauth://totp/dhii-mail:alice%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=dhii-mail&algorithm=SHA1&digits=6&period=30';
  it.each(['a', 'https://example.org/', uri, 'Grüße, 世界 🙂', uri + uri + uri])('%s is read back by another program', (text) => {
    expect(read(qr_matrix(text))).toBe(text);
  });

  it('is read back in every version that it makes', () => {
    const sizes = new Set<number>();
    for (let length = 1; length <= 660; length += 11) {
      const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 31 + length) % 90))).join('');
      const matrix = qr_matrix(text);
      sizes.add(matrix.length);
      expect(read(matrix), `${length} bytes`).toBe(text);
    }
    expect(sizes.size).toBe(20);
  });

  it('refuses what does not fit, with the numbers', () => {
    expect(() => qr_matrix('x'.repeat(667))).toThrow('at most 666 bytes');
  });

  it('computes the checks of the example in ISO/IEC 18004 annex I', () => {
    const data = [0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11];
    expect(rs_remainder(data, rs_generator(10))).toEqual([0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55]);
  });

  it('draws bars that cover the dark modules and nothing else', () => {
    expect(qr_path([[true, true, false], [false, false, false], [false, false, true]])).toBe('M0 0h2v1h-2zM2 2h1v1h-1z');
  });
});
