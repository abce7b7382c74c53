// The product of matrices, four numbers at a time. JavaScript has no such instructions, WebAssembly has them: so here its
// smallest useful program is written down, instruction by instruction. Where a browser lacks them, layers.js loops plainly.

// It computes one tile, four rows of x times eight rows of weight, both inner numbers long:
//   parameters: the addresses of x's four rows, of the weights, of the result, the bytes of a row of it, and where x0 ends.
function tileProgram() {
  const [X0, WEIGHT, OUT, STEP, END, ACC] = [0, 4, 5, 6, 7, 8]; // ACC: eight sums of four numbers; then two loaded weights, and x
  const [B0, B1, A] = [ACC + 8, ACC + 9, ACC + 10];
  const [I32, V128] = [0x7f, 0x7b];
  const get = (local) => [0x20, local];
  const set = (local) => [0x21, local];
  const constant = (number) => [0x41, number]; // below 64
  const load = (address, offset) => [...get(address), 0xfd, 0x00, 2, offset];
  const loadOneFourTimes = (address) => [...get(address), 0xfd, 0x09, 2, 0];
  const store = (offset) => [0xfd, 0x0b, 2, offset];
  const [PLUS, LESS, TIMES4, PLUS4] = [[0x6a], [0x49], [0xfd, 0xe6, 0x01], [0xfd, 0xe4, 0x01]];
  const advance = (local, by) => [...get(local), ...by, ...PLUS, ...set(local)];
  const addProduct = (sum, weight) => [...get(sum), ...get(A), ...get(weight), ...TIMES4, ...PLUS4, ...set(sum)];
  const FOUR = [0, 1, 2, 3];

  const LOOP = [
    ...[0x03, 0x40], // loop
    ...[...load(WEIGHT, 0), ...set(B0), ...load(WEIGHT, 16), ...set(B1)],
    ...FOUR.flatMap((row) => [
      ...[...loadOneFourTimes(X0 + row), ...set(A)],
      ...[...addProduct(ACC + 2 * row, B0), ...addProduct(ACC + 2 * row + 1, B1)],
      ...advance(X0 + row, constant(4)),
    ]),
    ...advance(WEIGHT, constant(32)),
    ...[...get(X0), ...get(END), ...LESS, 0x0d, 0, 0x0b], // again, if x0 is below the end
  ];
  const STORE = FOUR.flatMap((row) => [
    ...[...get(OUT), ...get(ACC + 2 * row), ...store(0), ...get(OUT), ...get(ACC + 2 * row + 1), ...store(16)],
    ...advance(OUT, get(STEP)),
  ]);

  // A section of the program: its number, its length, its content; lengths are written seven bits a byte.
  const counted = (bytes) => {
    const length = [];
    for (let rest = bytes.length; ; rest >>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) return [...length, ...bytes];
    }
  };
  const section = (number, bytes) => [number, ...counted(bytes)];
  const text = (name) => counted(Array.from(name, (letter) => letter.charCodeAt(0)));
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 8, ...Array(8).fill(I32), 0]), // one type: eight whole numbers to nothing
    ...section(2, [1, ...text("page"), ...text("memory"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("tile"), 0, 0]),
    ...section(10, [1, ...counted([1, 11, V128, ...LOOP, ...STORE, 0x0b])]),
  ]);
}

class TiledProduct {
  constructor(program) {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.tile = new WebAssembly.Instance(new WebAssembly.Module(program), { page: { memory: this.memory } }).exports.tile;
    this.places = new WeakMap(); // where in the memory a network's weights are
    this.used = 0;
  }

  // The memory as numbers, with room for count more after what is used.
  room(count) {
    const lacking = 4 * (this.used + count) - this.memory.buffer.byteLength;
    if (lacking > 0) this.memory.grow(Math.ceil(lacking / 65536));
    return new Float32Array(this.memory.buffer);
  }

  // Weights are kept as tiles need them: for eight rows, the first number of each, then the second of each ...
  placed(weight, inner) {
    if (!this.places.has(weight)) {
      const numbers = this.room(weight.length);
      for (let row = 0, i = 0; i < weight.length; row++) {
        const to = this.used + (row >> 3) * 8 * inner + (row & 7);
        for (let k = 0; k < inner; k++, i++) numbers[to + 8 * k] = weight[i];
      }
      this.places.set(weight, this.used);
      this.used += weight.length;
    }
    return this.places.get(weight);
  }

  // As linear in layers.js; the rows of weight are a multiple of eight.
  linear(x, weight, bias, inner) {
    const [rows, outer] = [x.length / inner, weight.length / inner];
    const from = 4 * this.placed(weight, inner);
    const whole = 4 * Math.ceil(rows / 4); // the last tile may compute rows that nobody asked for
    const numbers = this.room(whole * (inner + outer));
    numbers.set(x, this.used);
    const start = 4 * this.used;
    const result = this.used + whole * inner;
    for (let column = 0; column < outer; column += 8) {
      const weights = from + 4 * column * inner;
      for (let row = 0; row < whole; row += 4) {
        const at = start + 4 * row * inner;
        const [second, third, fourth] = [at + 4 * inner, at + 8 * inner, at + 12 * inner];
        this.tile(at, second, third, fourth, weights, 4 * (result + row * outer + column), 4 * outer, second);
      }
    }
    const out = numbers.slice(result, result + rows * outer);
    if (bias) for (let row = 0; row < out.length; row += outer) for (let i = 0; i < outer; i++) out[row + i] += bias[i];
    return out;
  }
}

const program = tileProgram();
const tiled = globalThis.WebAssembly?.validate(program) ? new TiledProduct(program) : null;
