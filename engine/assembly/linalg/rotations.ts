// The rotations of QL sweeps, kept in a buffer and applied to the eigenvectors many sweeps at a time: eight rows of the
// matrix then stay in the cache while all of the buffer passes over them. The matrix lies in panels of four rows
// (pack.ts), so that one column of a panel is 32 contiguous bytes.
import { multiplyAdd, negativeMultiplyAdd } from "../simd";

/** A sweep in the buffer: the index of its highest column and the number of its rotations (as float64), then the
 * rotations (c, s) from the highest pair of columns down. */
export const SWEEP_HEADER: i32 = 2;

/** Applies the buffered sweeps to `panels` panels (an even number) of n columns each. */
export function applyRotations(n: i32, panels: i32, vectors: usize, buffer: usize, bufferEnd: usize): void {
  const panelBytes = <usize>n << 5;
  for (let p = 0; p < panels; p += 2) {
    applySweeps(vectors, panelBytes, buffer, bufferEnd);
    vectors += 2 * panelBytes;
  }
}

function applySweeps(panel: usize, panelBytes: usize, buffer: usize, bufferEnd: usize): void {
  while (buffer < bufferEnd) {
    const top = <i32>load<f64>(buffer);
    const count = <i32>load<f64>(buffer, 8);
    const end = buffer + (<usize>(2 * count + SWEEP_HEADER) << 3);
    rotateDownward(panel + (<usize>top << 5), panelBytes, buffer + 16, end);
    buffer = end;
  }
}

/** Columns from `column` down: (z_i, z_i+1) <- (c z_i - s z_i+1, s z_i + c z_i+1). */
function rotateDownward(column: usize, panelBytes: usize, rotation: usize, end: usize): void {
  let other = column + panelBytes;
  let k0 = v128.load(column);
  let k1 = v128.load(column, 16);
  let k2 = v128.load(other);
  let k3 = v128.load(other, 16);
  while (rotation < end) {
    const c = v128.load64_splat(rotation);
    const s = v128.load64_splat(rotation, 8);
    const below = column - 32;
    const otherBelow = other - 32;
    const z0 = v128.load(below);
    const z1 = v128.load(below, 16);
    const z2 = v128.load(otherBelow);
    const z3 = v128.load(otherBelow, 16);
    v128.store(column, multiplyAdd(s, z0, f64x2.mul(c, k0)));
    v128.store(column, multiplyAdd(s, z1, f64x2.mul(c, k1)), 16);
    v128.store(other, multiplyAdd(s, z2, f64x2.mul(c, k2)));
    v128.store(other, multiplyAdd(s, z3, f64x2.mul(c, k3)), 16);
    k0 = negativeMultiplyAdd(s, k0, f64x2.mul(c, z0));
    k1 = negativeMultiplyAdd(s, k1, f64x2.mul(c, z1));
    k2 = negativeMultiplyAdd(s, k2, f64x2.mul(c, z2));
    k3 = negativeMultiplyAdd(s, k3, f64x2.mul(c, z3));
    column = below;
    other = otherBelow;
    rotation += 16;
  }
  v128.store(column, k0);
  v128.store(column, k1, 16);
  v128.store(other, k2);
  v128.store(other, k3, 16);
}
