// @ts-check
// QR codes (ISO/IEC 18004) for what a phone is to read off the screen: bytes,
// error correction L, versions 1 to 9, which is up to 230 bytes. The mask is
// always the first: a screen needs no better.

const total = [26, 44, 70, 100, 134, 172, 196, 242, 292]; // codewords, by version
const correction = [7, 10, 15, 20, 26, 18, 20, 24, 30]; // of these for correction, in each block
const blockCount = [1, 1, 1, 1, 1, 2, 2, 2, 2];
const alignment = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46]];

const powers = new Uint8Array(512), logs = new Uint8Array(256); // of 2 in GF(256) modulo 0x11d
for (let i = 0, x = 1; i < 255; i++, x = x << 1 ^ (x & 128 ? 0x11d : 0)) {
  powers[i] = powers[i + 255] = x;
  logs[x] = i;
}
const times = (/** @type {number} */ a, /** @type {number} */ b) => a && b ? powers[logs[a] + logs[b]] : 0;

/**
 * qr returns the modules of a text's code, row by row; true is dark. The quiet
 * zone of four modules around it is the caller's.
 * @param {string} text
 * @returns {boolean[][]}
 * @throws {RangeError} if the text is too long
 */
export function qr(text) {
  const bytes = new TextEncoder().encode(text);
  const version = 1 + total.findIndex((_, i) => bytes.length + 2 <= room(i));
  if (version === 0) throw new RangeError('too long for a QR code');
  return new Grid(version).draw(spread(encode(bytes, version), version)).dark;
}

/** room returns how many codewords are for data. @param {number} i the version less one */
const room = (i) => total[i] - correction[i] * blockCount[i];

/** encode returns the data codewords: mode, length, bytes, and padding. @param {Uint8Array} bytes @param {number} version */
function encode(bytes, version) {
  const words = [0x40 | bytes.length >> 4]; // 0100, and the length's first bits
  let carried = bytes.length & 15;
  for (const byte of bytes) {
    words.push(carried << 4 | byte >> 4);
    carried = byte & 15;
  }
  words.push(carried << 4);
  for (let pad = 0xec; words.length < room(version - 1); pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** spread adds the correction of each block and interleaves them. @param {number[]} words @param {number} version */
function spread(words, version) {
  const count = blockCount[version - 1], short = Math.floor(words.length / count), long = words.length % count;
  const blocks = Array.from({ length: count }, (_, i) => {
    const begin = i * short + Math.max(0, i - (count - long));
    return words.slice(begin, begin + short + (i >= count - long ? 1 : 0));
  });
  const checks = blocks.map((block) => remainder(block, correction[version - 1]));
  const weave = (/** @type {number[][]} */ all) => Array.from({ length: Math.max(...all.map((one) => one.length)) }, (_, i) => all.flatMap((one) => one[i] ?? [])).flat();
  return [...weave(blocks), ...weave(checks)];
}

/** remainder is the Reed-Solomon correction of a block. @param {number[]} block @param {number} degree */
function remainder(block, degree) {
  let generator = [1];
  for (let i = 0; i < degree; i++) {
    generator = [...generator, 0].map((factor, j) => factor ^ (j ? times(generator[j - 1], powers[i]) : 0));
  }
  const rest = [...block, ...new Array(degree).fill(0)];
  for (let i = 0; i < block.length; i++) {
    const lead = rest[i];
    generator.forEach((factor, j) => { rest[i + j] ^= times(factor, lead); });
  }
  return rest.slice(block.length);
}

class Grid {
  /** @param {number} version */
  constructor(version) {
    this.version = version;
    this.size = 17 + 4 * version;
    const rows = () => Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    /** @type {boolean[][]} */
    this.dark = rows();
    /** @type {boolean[][]} what is no data */
    this.fixed = rows();
  }

  /** @param {number} x @param {number} y @param {boolean} dark */
  set(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y][x] = dark;
    this.fixed[y][x] = true;
  }

  /** square draws rings around a point: dark where the distance is one of these. @param {number} x @param {number} y @param {number} radius @param {number[]} dark */
  square(x, y, radius, dark) {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) this.set(x + dx, y + dy, dark.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }

  /** draw draws everything. @param {number[]} words */
  draw(words) {
    const end = this.size - 1, places = alignment[this.version - 1], last = places.length - 1;
    for (let i = 0; i < this.size; i++) {
      this.set(i, 6, i % 2 === 0);
      this.set(6, i, i % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [end - 3, 3], [3, end - 3]]) this.square(x, y, 4, [0, 1, 3]);
    places.forEach((x, i) => places.forEach((y, j) => {
      if (!(i === 0 && (j === 0 || j === last) || i === last && j === 0)) this.square(x, y, 2, [0, 2]);
    }));
    this.format();
    if (this.version > 6) this.number();
    this.fill(words);
    return this;
  }

  /** format tells the correction (L is 01) and the mask (000), twice. */
  format() {
    const bits = coded(0b01000, 10, 0x537) ^ 0x5412, end = this.size - 1;
    for (let i = 0; i < 15; i++) {
      const dark = (bits >> i & 1) === 1;
      this.set(8, i < 6 ? i : i < 8 ? i + 1 : end - 14 + i, dark);
      this.set(i < 8 ? end - i : i < 9 ? 7 : 14 - i, 8, dark);
    }
    this.set(8, end - 7, true);
  }

  /** number tells the version, twice. */
  number() {
    const bits = coded(this.version, 12, 0x1f25);
    for (let i = 0; i < 18; i++) {
      const a = this.size - 11 + i % 3, b = Math.floor(i / 3);
      this.set(a, b, (bits >> i & 1) === 1);
      this.set(b, a, (bits >> i & 1) === 1);
    }
  }

  /** fill lays the codewords, two columns at a time, up and down. @param {number[]} words */
  fill(words) {
    let i = 0;
    for (let right = this.size - 1, up = true; right > 0; right -= right === 8 ? 3 : 2, up = !up) {
      for (let step = 0; step < this.size; step++) {
        const y = up ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.fixed[y][x]) continue;
          const bit = (words[i >> 3] ?? 0) >> (7 - (i & 7)) & 1;
          this.dark[y][x] = (bit === 1) !== ((x + y) % 2 === 0);
          i++;
        }
      }
    }
  }
}

/** coded appends the BCH code to a value. @param {number} value @param {number} degree @param {number} generator */
function coded(value, degree, generator) {
  let rest = value << degree;
  for (let bit = 31 - Math.clz32(rest); bit >= degree; bit = 31 - Math.clz32(rest)) rest ^= generator << (bit - degree);
  return value << degree | rest;
}
