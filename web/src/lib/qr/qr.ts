// QR codes (ISO/IEC 18004) of a text: byte mode, error correction M, versions 1 to 20, which is 666 bytes. Pure: a matrix of dark and light.
// Only as much as the key of an authenticator app and a link need.

const kMaxVersion = 20;
// Level M: check bytes per block, and how many blocks (ISO/IEC 18004 table 9), by version; index 0 is unused.
const kCheckBytes = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const kBlocks = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const kLevelBits = 0; // M, in the format information
const kPenaltyRun = 3;
const kPenaltySquare = 3;
const kPenaltyFinder = 40;
const kPenaltyBalance = 10;

export type Matrix = boolean[][];

/** True is dark; without the quiet zone of four modules that belongs around it. */
export function qr_matrix(text: string): Matrix {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (version <= kMaxVersion && bytes.length > capacity(version)) version += 1;
  if (version > kMaxVersion) throw new RangeError(`a QR code holds at most ${capacity(kMaxVersion)} bytes here, this is ${bytes.length}`);
  const code = with_checks(data_bytes(bytes, version), version);
  let best: { matrix: Matrix; penalty: number } | null = null;
  for (let mask = 0; mask < 8; mask++) {
    const matrix = draw(version, code, mask);
    const penalty = penalty_of(matrix);
    if (!best || penalty < best.penalty) best = { matrix, penalty };
  }
  return (best as { matrix: Matrix }).matrix;
}

/** The dark modules as one path of horizontal bars, for an SVG whose unit is a module. */
export function qr_path(matrix: Matrix): string {
  let path = '';
  matrix.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end += 1;
      path += `M${x} ${y}h${end - x}v1h-${end - x}z`;
      x = end;
    }
  });
  return path;
}

// ---- bits ------------------------------------------------------------------------------------------------------

/** Modules that carry data and checks: all that the patterns leave (ISO/IEC 18004 table 1). */
function raw_modules(version: number): number {
  let count = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const aligns = Math.floor(version / 7) + 2;
    count -= (25 * aligns - 10) * aligns - 55;
    if (version >= 7) count -= 36;
  }
  return count;
}

const data_count = (version: number): number => Math.floor(raw_modules(version) / 8) - at(kCheckBytes, version) * at(kBlocks, version);
const length_bits = (version: number): number => (version < 10 ? 8 : 16);
const capacity = (version: number): number => Math.floor((data_count(version) * 8 - 4 - length_bits(version)) / 8);

function data_bytes(bytes: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const push = (value: number, count: number): void => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  push(0b0100, 4); // byte mode
  push(bytes.length, length_bits(version));
  for (const byte of bytes) push(byte, 8);
  const total = data_count(version) * 8;
  push(0, Math.min(4, total - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < total; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Array.from({ length: total / 8 }, (_, i) => bits.slice(i * 8, i * 8 + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
}

/** Splits into blocks, adds Reed-Solomon checks to each, and interleaves them. */
function with_checks(data: number[], version: number): number[] {
  const blocks = at(kBlocks, version);
  const checks = at(kCheckBytes, version);
  const total = Math.floor(raw_modules(version) / 8);
  const short_blocks = blocks - (total % blocks);
  const short_length = Math.floor(total / blocks) - checks;
  const generator = rs_generator(checks);
  const parts: number[][] = [];
  const tails: number[][] = [];
  for (let i = 0, from = 0; i < blocks; i++) {
    const length = short_length + (i < short_blocks ? 0 : 1);
    const part = data.slice(from, from + length);
    from += length;
    parts.push(part);
    tails.push(rs_remainder(part, generator));
  }
  const result: number[] = [];
  for (let i = 0; i <= short_length; i++) for (const part of parts) if (i < part.length) result.push(at(part, i));
  for (let i = 0; i < checks; i++) for (const tail of tails) result.push(at(tail, i));
  return result;
}

// ---- Reed-Solomon over GF(256) with 0x11d ----------------------------------------------------------------------

export function gf_multiply(a: number, b: number): number {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> i) & 1) * a;
  }
  return product;
}

export function rs_generator(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1];
  for (let i = 0, root = 1; i < degree; i++, root = gf_multiply(root, 2)) {
    for (let j = 0; j < degree; j++) result[j] = gf_multiply(at(result, j), root) ^ (result[j + 1] ?? 0);
  }
  return result;
}

export function rs_remainder(data: number[], generator: number[]): number[] {
  const result = generator.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (result.shift() as number);
    result.push(0);
    generator.forEach((coefficient, i) => (result[i] = at(result, i) ^ gf_multiply(coefficient, factor)));
  }
  return result;
}

// ---- the picture -----------------------------------------------------------------------------------------------

/** While drawing, undefined is a module that no pattern has taken. */
type Canvas = (boolean | undefined)[][];

function draw(version: number, code: number[], mask: number): Matrix {
  const size = version * 4 + 17;
  const canvas: Canvas = Array.from({ length: size }, () => Array<boolean | undefined>(size).fill(undefined));
  for (let i = 0; i < size; i++) {
    set(canvas, 6, i, i % 2 === 0);
    set(canvas, i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) finder(canvas, x, y);
  alignments(canvas, version);
  format_bits(canvas, mask);
  if (version >= 7) version_bits(canvas, version);
  data_modules(canvas, code, mask);
  return canvas as Matrix;
}

function set(canvas: Canvas, x: number, y: number, dark: boolean): void {
  const row = canvas[y];
  if (row && x >= 0 && x < row.length) row[x] = dark;
}

function finder(canvas: Canvas, cx: number, cy: number): void {
  for (let dy = -4; dy <= 4; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy));
      set(canvas, cx + dx, cy + dy, ring !== 2 && ring !== 4);
    }
  }
}

function alignments(canvas: Canvas, version: number): void {
  if (version === 1) return;
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const places = [6, ...Array.from({ length: count - 1 }, (_, i) => canvas.length - 7 - i * step).reverse()];
  places.forEach((cy, i) => {
    places.forEach((cx, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === count - 1) || (i === count - 1 && j === 0)) return; // finders stand there
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(canvas, cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    });
  });
}

function format_bits(canvas: Canvas, mask: number): void {
  const data = (kLevelBits << 3) | mask;
  let rest = data;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const bit = (i: number): boolean => ((bits >>> i) & 1) === 1;
  const size = canvas.length;
  for (let i = 0; i <= 5; i++) set(canvas, 8, i, bit(i));
  set(canvas, 8, 7, bit(6));
  set(canvas, 8, 8, bit(7));
  set(canvas, 7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(canvas, 14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(canvas, size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(canvas, 8, size - 15 + i, bit(i));
  set(canvas, 8, size - 8, true);
}

function version_bits(canvas: Canvas, version: number): void {
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >>> i) & 1) === 1;
    const a = canvas.length - 11 + (i % 3);
    const b = Math.floor(i / 3);
    set(canvas, a, b, dark);
    set(canvas, b, a, dark);
  }
}

const masks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Two columns at a time, in zigzag from the lower right corner. */
function data_modules(canvas: Canvas, code: number[], mask: number): void {
  const size = canvas.length;
  const turned = at(masks, mask);
  let i = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5; // the column of the timing pattern
    const upward = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (canvas[y]?.[x] !== undefined) continue;
        const dark = ((code[i >>> 3] ?? 0) >>> (7 - (i & 7))) & 1;
        set(canvas, x, y, (dark === 1) !== turned(x, y));
        i += 1;
      }
    }
  }
}

function penalty_of(matrix: Matrix): number {
  const size = matrix.length;
  const columns = matrix.map((_, x) => matrix.map((row) => row[x] as boolean));
  let penalty = 0;
  for (const line of [...matrix, ...columns]) penalty += line_penalty(line);
  let dark = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const module = matrix[y]?.[x];
      if (module) dark += 1;
      if (x + 1 < size && y + 1 < size && module === matrix[y]?.[x + 1] && module === matrix[y + 1]?.[x] && module === matrix[y + 1]?.[x + 1]) penalty += kPenaltySquare;
    }
  }
  return penalty + Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size)) * kPenaltyBalance;
}

function line_penalty(line: boolean[]): number {
  let penalty = 0;
  for (let i = 0, run = 0; i < line.length; i++) {
    run = i > 0 && line[i] === line[i - 1] ? run + 1 : 1;
    if (run === 5) penalty += kPenaltyRun;
    else if (run > 5) penalty += 1;
  }
  const text = line.map((dark) => (dark ? '1' : '0')).join('');
  for (const pattern of ['10111010000', '00001011101']) {
    for (let from = text.indexOf(pattern); from >= 0; from = text.indexOf(pattern, from + 1)) penalty += kPenaltyFinder;
  }
  return penalty;
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}
