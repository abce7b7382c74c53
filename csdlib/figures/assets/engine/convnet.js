// csd-art: EfficientNet-lite0 (Tan and Le, arXiv:1905.11946) up to its last block, and of the maps of five stages the mean
// and the deviation of each channel, which style transfer takes for style (Huang and Belongie, arXiv:1703.06868);
// standardised, and projected to the style space by CSD (arXiv:2404.01292, Section 3).

const STRIDES = [1, 2, 2, 2, 1, 2, 1]; // of the first block of each group: what the weights do not say
const RELU6 = [0, 6]; // the limits of what most layers give
const STAGES = [0, 1, 2, 4, 6]; // the groups after which the maps are looked at

class ConvolutionalNetwork {
  constructor(weights, config) {
    const { image_size: side, style_dim: dim } = config;
    if (![side, dim].every((number) => Number.isSafeInteger(number) && number > 0) || side % 32)
      throw new Error("The configuration (config.json) is not a convolutional network's.");
    Object.assign(this, { side, dim });
    this.stem = folded(weights, "conv_stem", "bn1");
    this.groups = STRIDES.map((stride, group) => {
      const count = weights.count(`backbone.network.blocks.${group}.`);
      if (!count) throw new Error(`The weights lack backbone.network.blocks.${group}: they are not this descriptor's.`);
      return Array.from({ length: count }, (_, number) => block(weights, `blocks.${group}.${number}.`, number ? 1 : stride));
    });
    const channels = STAGES.map((group) => this.groups[group].at(-1).last.outer);
    const statistics = 2 * channels.reduce((all, each) => all + each, 0);
    this.centre = weights.tensor("backbone.centre", statistics);
    this.spread = weights.tensor("backbone.spread", statistics);
    this.projection = transposed(weights.tensor("style_projection", statistics, dim), statistics, dim);
  }

  view(image) {
    return squash(image, this.side);
  }

  // A picture as view gives it, (3, side, side), to its descriptor: dim numbers, of unit norm.
  describe(image) {
    const rows = patches(image, this.side, 3, 2, 0);
    let maps = { numbers: linear(rows, this.stem.weight, this.stem.bias, 27, ...RELU6), side: this.side / 2 };
    const found = [];
    this.groups.forEach((blocks, group) => {
      for (const each of blocks) maps = passed(maps, each);
      if (STAGES.includes(group)) found.push(...moments(maps.numbers, blocks.at(-1).last.outer));
    });
    const statistics = Float32Array.from(found, (number, i) => (number - this.centre[i]) / this.spread[i]);
    return unitNorm(linear(statistics, this.projection, null, statistics.length));
  }
}

// A block: channels are mixed and made more (but not in the first), each is filtered by itself, and they become fewer.
function block(weights, name, stride) {
  const wide = weights.has(`backbone.network.${name}conv_pwl.weight`);
  return {
    first: wide ? folded(weights, `${name}conv_pw`, `${name}bn1`) : null,
    filtered: folded(weights, `${name}conv_dw`, `${name}${wide ? "bn2" : "bn1"}`),
    last: wide ? folded(weights, `${name}conv_pwl`, `${name}bn3`) : folded(weights, `${name}conv_pw`, `${name}bn2`),
    stride,
  };
}

// A convolution without bias, and the batch normalisation after it: together, a convolution with a bias.
function folded(weights, convolution, normalisation) {
  const name = `backbone.network.${convolution}.weight`;
  const shape = weights.shape(name);
  const weight = weights.tensor(name, ...shape);
  const [outer, inner, size] = shape;
  const of = (part) => weights.tensor(`backbone.network.${normalisation}.${part}`, outer);
  const [scale, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(of);
  const each = weight.length / outer;
  for (let channel = 0; channel < outer; channel++) {
    const factor = scale[channel] / Math.sqrt(variance[channel] + 1e-3);
    for (let i = 0; i < each; i++) weight[channel * each + i] *= factor;
    bias[channel] -= mean[channel] * factor;
  }
  const taps = inner === 1 ? transposed(weight, outer, each) : null; // of a filter of each channel by itself
  return { weight, taps, bias, inner, outer, size };
}

function passed(maps, { first, filtered, last, stride }) {
  const wide = first ? linear(maps.numbers, first.weight, first.bias, first.inner, ...RELU6) : maps.numbers;
  const each = depthwise(wide, maps.side, filtered, stride);
  const numbers = linear(each, last.weight, last.bias, last.inner);
  const same = stride === 1 && numbers.length === maps.numbers.length;
  return { numbers: same ? addTo(numbers, maps.numbers) : numbers, side: Math.ceil(maps.side / stride) };
}

// Each channel filtered by itself. TensorFlow's "same": what is lacking at the borders is 0, and more of it after than before.
function depthwise(x, side, { taps, bias, outer: channels, size }, stride) {
  const across = Math.ceil(side / stride);
  const before = Math.max((across - 1) * stride + size - side, 0) >> 1;
  const places = Array.from({ length: across * across }, (_, place) =>
    inside(side, size, Math.floor(place / across) * stride - before, (place % across) * stride - before, channels));
  if (simd && channels % 4 === 0) return simd.depthwise(x, taps, bias, places, ...RELU6);
  const out = new Float32Array(places.length * channels);
  places.forEach(({ from, of }, place) => {
    for (let channel = 0; channel < channels; channel++) {
      let sum = bias[channel];
      for (let i = 0; i < from.length; i++) sum += x[from[i] + channel] * taps[of[i] + channel];
      out[place * channels + channel] = sum;
    }
  });
  return cut(out, ...RELU6);
}

// Where in the maps, and where among the taps, the places of a filter stand that lie inside.
function inside(side, size, top, left, channels) {
  const from = [];
  const of = [];
  for (let i = 0; i < size * size; i++) {
    const y = top + Math.floor(i / size);
    const x = left + (i % size);
    if (y < 0 || y >= side || x < 0 || x >= side) continue;
    from.push((y * side + x) * channels);
    of.push(i * channels);
  }
  return { from, of };
}

// The mean of each channel over all places, and then the deviation of each.
function moments(x, channels) {
  const places = x.length / channels;
  const means = new Float64Array(channels);
  const variances = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) means[i % channels] += x[i] / places;
  for (let i = 0; i < x.length; i++) variances[i % channels] += (x[i] - means[i % channels]) ** 2 / places;
  return [...means, ...variances.map((variance) => Math.sqrt(variance + 1e-5))];
}
