import { expOf } from "../special/exp";
import { logOf } from "../special/log";
import { nextWord, toUniform } from "./xoshiro";
import { ZIGGURAT_HEIGHTS, ZIGGURAT_LAYERS, ZIGGURAT_TAIL } from "./ziggurat-table";

/** The point of a word: layer in the low 8 bits, signed position within the layer's width in the upper 54. */
// @ts-ignore: decorator
@inline
function position(word: u64): f64 {
  return <f64>(<i64>word >> 10) * load<f64>(layerRow(word));
}

// @ts-ignore: decorator
@inline
function layerRow(word: u64): usize {
  return ZIGGURAT_LAYERS + ((<usize>word & 255) << 4);
}

/** Standard normals by the 256-layer ziggurat (Marsaglia and Tsang 2000, J. Stat. Softw. 5(8)); 98.8 % need one word only. */
export function fillNormal(state: usize, out: usize, n: i32): void {
  for (; n > 0; n--) {
    const word = nextWord(state);
    let x = position(word);
    if (!(Math.abs(x) < load<f64>(layerRow(word), 8))) x = edgeOrTail(state, word);
    store<f64>(out, x);
    out += 8;
  }
}

/** The draw that begins with a word whose point lies outside the part of its layer that is wholly under the density. */
function edgeOrTail(state: usize, word: u64): f64 {
  while (true) {
    const x = position(word);
    if (Math.abs(x) < load<f64>(layerRow(word), 8)) return x;
    const layer = <usize>word & 255;
    if (layer == 0) return x < 0 ? -tail(state) : tail(state);
    const low = load<f64>(ZIGGURAT_HEIGHTS + (layer << 3));
    const high = load<f64>(ZIGGURAT_HEIGHTS + (layer << 3), 8);
    const y = low + toUniform(nextWord(state)) * (high - low);
    if (y < f64x2.extract_lane(expOf(f64x2.splat(-0.5 * x * x)), 0)) return x;
    word = nextWord(state);
  }
}

/** A normal beyond the last layer, by Marsaglia's exponential majorant. */
function tail(state: usize): f64 {
  while (true) {
    const a = -logOfPositiveUniform(state) / ZIGGURAT_TAIL;
    const b = -logOfPositiveUniform(state);
    if (2 * b > a * a) return ZIGGURAT_TAIL + a;
  }
}

/** log(1 - u), u uniform in [0, 1): finite. */
function logOfPositiveUniform(state: usize): f64 {
  return f64x2.extract_lane(logOf(f64x2.splat(1 - toUniform(nextWord(state)))), 0);
}
