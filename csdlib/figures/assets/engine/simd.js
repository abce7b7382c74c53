// Where the time goes, four numbers at a time. JavaScript has no such instructions, WebAssembly has them: so here its two
// loops are written down, instruction by instruction. Where a browser lacks them, layers.js and convnet.js loop plainly.

const get = (local) => [0x20, local];
const set = (local, value) => [...value, 0x21, local];
const constant = (number) => (number < 64 ? [0x41, number] : [0x41, (number & 127) | 128, number >> 7]);
const number = (address) => [...address, 0x28, 2, 0];
const four = (address, offset) => [...address, 0xfd, 0x00, 2, offset];
const oneFourTimes = (address, offset) => [...address, 0xfd, 0x09, 2, offset];
const fourOf = (value) => [...value, 0xfd, 0x13];
const keep = (address, offset, value) => [...address, ...value, 0xfd, 0x0b, 2, offset];
const plus = (a, b) => [...a, ...b, 0x6a];
const [plus4, times4, smaller4, larger4] = [0xe4, 0xe6, 0xe8, 0xe9].map((code) => (a, b) => [...a, ...b, 0xfd, code, 0x01]);
const timesPlus4 = (a, b, c) => plus4(c, times4(a, b));
const fused4 = (a, b, c) => [...a, ...b, ...c, 0xfd, 0x85, 0x02]; // the same in one instruction, which newer browsers have
const advance = (local, by) => set(local, plus(get(local), constant(by)));
// Again and again, until the address in a local is not below the one in another.
const until = (local, end, body) => [0x03, 0x40, ...body, ...get(local), ...get(end), 0x49, 0x0d, 0, 0x0b];
const within = (value, low, high) => smaller4(larger4(value, fourOf(get(low))), fourOf(get(high)));

// All rows of x, four at a time, times eight rows of weight. Given the address of x, the bytes of its row, where its last row
// ends; the address of the weights (eight biases first), of the result, the bytes of its row, and the limits of the result.
function panel(fused) {
  const [all, bytes, allEnd, weights, out, step, low, high, x, end, weight, sums, left, right, each] = PANEL;
  const rows = [0, 1, 2, 3];
  const add = (sum, other) => set(sum, (fused ? fused4 : timesPlus4)(get(each), get(other), get(sum)));
  const column = (k) => [
    ...set(left, four(get(weight), 32 * k)),
    ...set(right, four(get(weight), 32 * k + 16)),
    ...rows.flatMap((row) => [
      ...set(each, oneFourTimes(get(x + row), 4 * k)),
      ...add(sums + 2 * row, left),
      ...add(sums + 2 * row + 1, right),
    ]),
  ];
  return until(all, allEnd, [
    ...set(x, get(all)),
    ...[1, 2, 3].flatMap((row) => set(x + row, plus(get(x + row - 1), get(bytes)))),
    ...set(end, get(x + 1)),
    ...set(all, plus(get(x + 3), get(bytes))),
    ...rows.flatMap((row) => [0, 1].flatMap((half) => set(sums + 2 * row + half, four(get(weights), 16 * half)))),
    ...set(weight, plus(get(weights), constant(32))),
    ...until(x, end, [
      ...[0, 1, 2, 3].flatMap(column),
      ...advance(weight, 128),
      ...rows.flatMap((row) => advance(x + row, 16)),
    ]),
    ...rows.flatMap((row) => [
      ...keep(get(out), 0, within(get(sums + 2 * row), low, high)),
      ...keep(get(out), 16, within(get(sums + 2 * row + 1), low, high)),
      ...set(out, plus(get(out), get(step))),
    ]),
  ]);
}

// Where panel keeps what: eight numbers that are given, then six whole ones and eleven times four.
const PANEL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 22, 23, 24];

// One place of a filter of each channel by itself. Given the address of the biases, where a list begins and ends that has, for
// each tap, the addresses of the numbers and of their weights; where the result begins and ends, and its limits.
function filter() {
  const [bias, list, listEnd, out, outEnd, low, high, entry, channel, sum] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const tap = (place) => four(plus(number(place), get(channel)), 0);
  return until(out, outEnd, [
    ...set(sum, four(get(bias), 0)),
    ...set(entry, get(list)),
    ...until(entry, listEnd, [
      ...set(sum, plus4(get(sum), times4(tap(get(entry)), tap(plus(get(entry), constant(4)))))),
      ...advance(entry, 8),
    ]),
    ...keep(get(out), 0, within(get(sum), low, high)),
    ...[bias, out, channel].flatMap((local) => advance(local, 16)),
  ]);
}

// Both as a program: sections, each with its number and its length. Lengths are written seven bits a byte.
function program(fused) {
  const [whole, single, vector] = [0x7f, 0x7d, 0x7b];
  const counted = (bytes) => {
    const length = [];
    for (let rest = bytes.length; rest > 127 || !length.push(rest); rest >>= 7) length.push((rest & 127) | 128);
    return [...length, ...bytes];
  };
  const section = (id, ...entries) => [id, ...counted([entries.length, ...entries.flat()])];
  const text = (name) => counted(Array.from(name, (letter) => letter.charCodeAt(0)));
  const given = (count) => [0x60, count + 2, ...Array(count).fill(whole), single, single, 0];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, given(6), given(5)),
    ...section(2, [...text("page"), ...text("memory"), 2, 0, 1]),
    ...section(3, [0], [1]),
    ...section(7, [...text("panel"), 0, 0], [...text("filter"), 0, 1]),
    ...section(10, counted([2, 6, whole, 11, vector, ...panel(fused), 0x0b]), counted([2, 2, whole, 1, vector, ...filter(), 0x0b])),
  ]);
}

class Simd {
  constructor(fused) {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.loops = new WebAssembly.Instance(new WebAssembly.Module(program(fused)), { page: { memory: this.memory } }).exports;
    this.places = new WeakMap(); // where in the memory a layer's weights are
    this.used = 0; // numbers; what is above is free
  }

  // The memory as numbers, with room for count more after what is used.
  room(count) {
    const lacking = 4 * (this.used + count) - this.memory.buffer.byteLength;
    if (lacking > 0) this.memory.grow(Math.ceil(lacking / 65536));
    return new Float32Array(this.memory.buffer);
  }

  // The address of a layer's weights, which stay in the memory; the first time, write puts them there.
  placed(weight, count, write) {
    if (!this.places.has(weight)) {
      write(this.room(count), this.used);
      this.places.set(weight, 4 * this.used);
      this.used += count;
    }
    return this.places.get(weight);
  }

  // As linear in layers.js; the rows of weight are a multiple of eight.
  linear(x, weight, bias, inner, low, high) {
    const [rows, outer] = [x.length / inner, weight.length / inner];
    const width = 4 * Math.ceil(inner / 4); // a row of x is followed by zeros, or by what meets weights of 0
    const weights = this.placed(weight, (width + 1) * outer, (numbers, start) => {
      // As panels need them: the biases of eight rows, the first number of each, the second of each ...
      numbers.fill(0, start, start + (width + 1) * outer);
      for (let row = 0; row < outer; row++) {
        const to = start + (row >> 3) * 8 * (width + 1) + (row & 7);
        numbers[to] = bias ? bias[row] : 0;
        for (let k = 0; k < inner; k++) numbers[to + 8 * (k + 1)] = weight[row * inner + k];
      }
    });
    const whole = 4 * Math.ceil(rows / 4); // the last four may be rows that nobody asked for
    const numbers = this.room(whole * (inner + outer) + 4);
    numbers.set(x, this.used);
    numbers.fill(0, this.used + x.length, this.used + whole * inner + 4);
    const [first, bytes] = [4 * this.used, 4 * inner];
    const result = this.used + whole * inner + 4;
    for (let column = 0; column < outer; column += 8) {
      const [panel, out] = [weights + 4 * column * (width + 1), 4 * (result + column)];
      this.loops.panel(first, bytes, first + whole * bytes, panel, out, 4 * outer, low, high);
    }
    return numbers.slice(result, result + rows * outer);
  }

  // As depthwise in convnet.js: taps (size * size, channels); for each place, which of x and of taps meet.
  depthwise(x, taps, bias, places, low, high) {
    const channels = bias.length;
    const weights = this.placed(taps, taps.length + channels, (numbers, start) => {
      numbers.set(bias, start);
      numbers.set(taps, start + channels);
    });
    const numbers = this.room(x.length + places.length * channels + 2 * taps.length);
    numbers.set(x, this.used);
    const result = this.used + x.length;
    const list = new Int32Array(this.memory.buffer, 4 * (result + places.length * channels), 2 * taps.length);
    places.forEach(({ from, of }, place) => {
      for (let i = 0; i < from.length; i++) {
        list[2 * i] = 4 * (this.used + from[i]);
        list[2 * i + 1] = weights + 4 * (channels + of[i]);
      }
      const [out, begin] = [4 * (result + place * channels), list.byteOffset];
      this.loops.filter(weights, begin, begin + 8 * from.length, out, out + 4 * channels, low, high);
    });
    return numbers.slice(result, result + places.length * channels);
  }
}

const simd = started(true) ?? started(false);

function started(fused) {
  try {
    return new Simd(fused);
  } catch {
    return null; // an old browser, or a strict host: its Content-Security-Policy has to allow 'wasm-unsafe-eval'
  }
}
