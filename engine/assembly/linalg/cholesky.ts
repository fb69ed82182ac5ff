// Recursive Cholesky factorization: half of the work is triangular solves, the other half syrk, both by gemm.
import { negativeMultiplyAdd } from "../simd";
import { syrk } from "./gemm";
import { NB, at, packedTriangle } from "./memory";
import { solveTriangular, upperHalf } from "./triangular";

/** Replaces the lower triangle of an n x n matrix by its Cholesky factor; the strict upper triangle is neither read
 * nor written. Returns -1, or the index of the first pivot that is not positive and finite. */
export function cholesky(n: i32, a: usize, rs: i32, cs: i32): i32 {
  if (n <= NB) return factorDiagonalBlock(n, a, rs, cs);
  const half = upperHalf(n);
  const rest = n - half;
  const left = at(a, half, 0, rs, cs);
  const corner = at(a, half, half, rs, cs);
  const upper = cholesky(half, a, rs, cs);
  if (upper >= 0) return upper;
  // L21 = A21 L11^-T, solved as L11 L21^T = A21^T.
  solveTriangular(half, rest, a, rs, cs, left, cs, rs, false);
  syrk(rest, half, -1, left, rs, cs, 1, corner, rs, cs);
  const lower = cholesky(rest, corner, rs, cs);
  return lower < 0 ? -1 : half + lower;
}

const ROW: usize = <usize>NB << 3;

/** Works on the packed transpose, whose rows are the columns of the block and contiguous. */
function factorDiagonalBlock(n: i32, a: usize, rs: i32, cs: i32): i32 {
  const block = packedTriangle;
  for (let j = 0; j < n; j++) {
    const row = block + <usize>j * ROW;
    for (let i = j; i < n; i++) store<f64>(row + (<usize>i << 3), load<f64>(at(a, i, j, rs, cs)));
  }
  const failed = factorPacked(n, block);
  for (let j = 0; j < n; j++) {
    const row = block + <usize>j * ROW;
    for (let i = j; i < n; i++) store<f64>(at(a, i, j, rs, cs), load<f64>(row + (<usize>i << 3)));
  }
  return failed;
}

function factorPacked(n: i32, block: usize): i32 {
  for (let j = 0; j < n; j++) {
    const row = block + <usize>j * ROW;
    const pivot = load<f64>(row + (<usize>j << 3));
    if (!(pivot > 0 && pivot < Infinity)) return j;
    const root = Math.sqrt(pivot);
    store<f64>(row + (<usize>j << 3), root);
    for (let i = j + 1; i < n; i++) {
      const entry = row + (<usize>i << 3);
      store<f64>(entry, load<f64>(entry) / root);
    }
    for (let i = j + 1; i < n; i++) {
      const factor = load<f64>(row + (<usize>i << 3));
      subtractMultiple(n - i, factor, row + (<usize>i << 3), block + <usize>i * ROW + (<usize>i << 3));
    }
  }
  return -1;
}

/** y <- y - factor x. */
function subtractMultiple(n: i32, factor: f64, x: usize, y: usize): void {
  const s = f64x2.splat(factor);
  const end = x + (<usize>(n & ~1) << 3);
  while (x < end) {
    v128.store(y, negativeMultiplyAdd(s, v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
  }
  if (n & 1) store<f64>(y, load<f64>(y) - factor * load<f64>(x));
}
