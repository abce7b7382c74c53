// csd-tiny: a vision transformer (Dosovitskiy and others, arXiv:2010.11929), as CLIP has it, and CSD's projection to the
// style space (arXiv:2404.01292, Section 3). copy-tiny and clip-tiny are the same network with other weights.

class VisionTransformer {
  constructor(weights, config) {
    const { image_size: side, patch_size: patch, width, layers, heads, style_dim: dim } = config;
    const whole = [side, patch, width, layers, heads, dim].every((number) => Number.isSafeInteger(number) && number > 0);
    if (!whole || side % patch || width % heads)
      throw new Error("The configuration (config.json) is not a vision transformer's.");
    Object.assign(this, { side, patch, width, heads, dim });
    this.activation = { gelu, quick_gelu: quickGelu }[config.activation ?? "gelu"];
    if (!this.activation) throw new Error(`The configuration names an unknown activation: ${config.activation}.`);
    const get = (name, ...shape) => weights.tensor(`backbone.${name}`, ...shape);
    const norm = (name) => ({ weight: get(`${name}.weight`, width), bias: get(`${name}.bias`, width) });
    const dense = (name, inner, outer) => ({
      weight: get(`${name}${name.endsWith("in_proj") ? "_" : "."}weight`, outer, inner),
      bias: get(`${name}${name.endsWith("in_proj") ? "_" : "."}bias`, outer),
    });
    this.embedding = get("conv1.weight", width, 3, patch, patch);
    this.first = get("class_embedding", width);
    this.positions = get("positional_embedding", (side / patch) ** 2 + 1, width);
    this.before = norm("ln_pre");
    this.after = norm("ln_post");
    this.blocks = Array.from({ length: layers }, (_, number) => {
      const part = `transformer.resblocks.${number}.`;
      return {
        norm1: norm(`${part}ln_1`),
        queriesKeysValues: dense(`${part}attn.in_proj`, width, 3 * width),
        mixed: dense(`${part}attn.out_proj`, width, width),
        norm2: norm(`${part}ln_2`),
        wider: dense(`${part}mlp.c_fc`, width, 4 * width),
        narrower: dense(`${part}mlp.c_proj`, 4 * width, width),
      };
    });
    this.projection = transposed(weights.tensor("style_projection", width, dim), width, dim);
  }

  view(image) {
    return reference(image, this.side);
  }

  // A picture as view gives it, (3, side, side), to its descriptor: dim numbers, of unit norm.
  describe(image) {
    const { width, side, patch } = this;
    // Every square of the picture becomes a token of width numbers; a token of its own, the first, will stand for all.
    const squares = linear(patches(image, side, patch, patch, 0), this.embedding, null, 3 * patch * patch);
    let tokens = new Float32Array(width + squares.length);
    tokens.set(this.first);
    tokens.set(squares, width);
    tokens = layerNorm(addTo(tokens, this.positions), this.before);
    for (const block of this.blocks) {
      addTo(tokens, this.attended(layerNorm(tokens, block.norm1), block));
      const wide = linear(layerNorm(tokens, block.norm2), block.wider.weight, block.wider.bias, width);
      for (let i = 0; i < wide.length; i++) wide[i] = this.activation(wide[i]);
      addTo(tokens, linear(wide, block.narrower.weight, block.narrower.bias, 4 * width));
    }
    const feature = layerNorm(tokens.subarray(0, width), this.after);
    return unitNorm(linear(feature, this.projection, null, width));
  }

  // Self-attention: each token takes from the values of all, the more of one, the better its key answers the query.
  attended(tokens, block) {
    const { width, heads } = this;
    const all = linear(tokens, block.queriesKeysValues.weight, block.queriesKeysValues.bias, width);
    const out = new Float32Array(tokens.length);
    for (let head = 0; head < heads; head++) oneHead(all, tokens.length / width, width, head, width / heads, out);
    return linear(out, block.mixed.weight, block.mixed.bias, width);
  }
}

// One head: its part of queries, keys and values (count, 3 * width), to its part of out (count, width).
function oneHead(all, count, width, head, size, out) {
  const [queries, keys, values] = [0, 1, 2].map((part) => columns(all, 3 * width, part * width + head * size, size));
  const shares = product(queries, keys, null, size);
  for (let row = 0; row < shares.length; row += count) softmax(shares.subarray(row, row + count), Math.sqrt(size));
  const taken = product(shares, transposed(values, count, size), null, count);
  for (let row = 0; row < count; row++) out.set(taken.subarray(row * size, (row + 1) * size), row * width + head * size);
}

// Numbers divided by a temperature, to shares of sum 1, in place.
function softmax(numbers, temperature) {
  let highest = -Infinity;
  for (let i = 0; i < numbers.length; i++) highest = Math.max(highest, numbers[i]);
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i] = Math.exp((numbers[i] - highest) / temperature);
  for (let i = 0; i < numbers.length; i++) numbers[i] /= total;
}

// Each row less its mean and divided by its deviation, then scaled and shifted.
function layerNorm(x, { weight, bias }) {
  const width = weight.length;
  const out = new Float32Array(x.length);
  for (let row = 0; row < x.length; row += width) {
    let mean = 0;
    for (let i = 0; i < width; i++) mean += x[row + i] / width;
    let variance = 0;
    for (let i = 0; i < width; i++) variance += (x[row + i] - mean) ** 2 / width;
    const scale = 1 / Math.sqrt(variance + 1e-5);
    for (let i = 0; i < width; i++) out[row + i] = (x[row + i] - mean) * scale * weight[i] + bias[i];
  }
  return out;
}

// x times the share of a normal distribution below x. The error function: Abramowitz and Stegun, 7.1.26, to 1.5e-7.
function gelu(x) {
  const z = Math.abs(x) * Math.SQRT1_2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const above = 0.5 * series * Math.exp(-z * z);
  return x * (x < 0 ? above : 1 - above);
}

function quickGelu(x) {
  return x / (1 + Math.exp(-1.702 * x));
}
