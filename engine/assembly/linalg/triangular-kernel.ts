// Work on one packed diagonal block (row-major, rows NB apart) and one packed strip of eight columns: two panels of
// n x 4. When fewer than five columns are there the second panel holds stale numbers; they are never written back.
import { multiplyAdd, negativeMultiplyAdd } from "../simd";
import { NB, at } from "./memory";

const ROW: usize = <usize>NB << 3;

/** Copies the lower triangle of an n x n block. */
export function packTriangle(n: i32, l: usize, lrs: i32, lcs: i32, triangle: usize): void {
  const step = <usize>lcs << 3;
  for (let i = 0; i < n; i++) {
    let from = at(l, i, 0, lrs, lcs);
    for (let k = 0; k <= i; k++) {
      store<f64>(triangle + (<usize>k << 3), load<f64>(from));
      from += step;
    }
    triangle += ROW;
  }
}

/** strip <- L^-1 strip by forward substitution, two rows at a time. */
export function solveStrip(n: i32, triangle: usize, strip: usize): void {
  const second = <usize>n << 5;
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    solveTwoRows(i, triangle + <usize>i * ROW, strip, second);
  }
  if (i < n) solveRow(i, triangle + <usize>i * ROW, strip, second);
}

function solveTwoRows(i: i32, row: usize, strip: usize, second: usize): void {
  const own = strip + (<usize>i << 5);
  let x0 = v128.load(own);
  let x1 = v128.load(own, 16);
  let x2 = v128.load(own + second);
  let x3 = v128.load(own + second, 16);
  let y0 = v128.load(own, 32);
  let y1 = v128.load(own, 48);
  let y2 = v128.load(own + second, 32);
  let y3 = v128.load(own + second, 48);
  while (strip < own) {
    const s = v128.load64_splat(row);
    const t = v128.load64_splat(row, ROW);
    const b0 = v128.load(strip);
    const b1 = v128.load(strip, 16);
    const b2 = v128.load(strip + second);
    const b3 = v128.load(strip + second, 16);
    x0 = negativeMultiplyAdd(s, b0, x0);
    x1 = negativeMultiplyAdd(s, b1, x1);
    x2 = negativeMultiplyAdd(s, b2, x2);
    x3 = negativeMultiplyAdd(s, b3, x3);
    y0 = negativeMultiplyAdd(t, b0, y0);
    y1 = negativeMultiplyAdd(t, b1, y1);
    y2 = negativeMultiplyAdd(t, b2, y2);
    y3 = negativeMultiplyAdd(t, b3, y3);
    row += 8;
    strip += 32;
  }
  const pivot = v128.load64_splat(row);
  x0 = f64x2.div(x0, pivot);
  x1 = f64x2.div(x1, pivot);
  x2 = f64x2.div(x2, pivot);
  x3 = f64x2.div(x3, pivot);
  const below = v128.load64_splat(row, ROW);
  const nextPivot = v128.load64_splat(row, ROW + 8);
  v128.store(own, x0);
  v128.store(own, x1, 16);
  v128.store(own + second, x2);
  v128.store(own + second, x3, 16);
  v128.store(own, f64x2.div(negativeMultiplyAdd(below, x0, y0), nextPivot), 32);
  v128.store(own, f64x2.div(negativeMultiplyAdd(below, x1, y1), nextPivot), 48);
  v128.store(own + second, f64x2.div(negativeMultiplyAdd(below, x2, y2), nextPivot), 32);
  v128.store(own + second, f64x2.div(negativeMultiplyAdd(below, x3, y3), nextPivot), 48);
}

function solveRow(i: i32, row: usize, strip: usize, second: usize): void {
  const own = strip + (<usize>i << 5);
  let x0 = v128.load(own);
  let x1 = v128.load(own, 16);
  let x2 = v128.load(own + second);
  let x3 = v128.load(own + second, 16);
  while (strip < own) {
    const s = v128.load64_splat(row);
    x0 = negativeMultiplyAdd(s, v128.load(strip), x0);
    x1 = negativeMultiplyAdd(s, v128.load(strip, 16), x1);
    x2 = negativeMultiplyAdd(s, v128.load(strip + second), x2);
    x3 = negativeMultiplyAdd(s, v128.load(strip + second, 16), x3);
    row += 8;
    strip += 32;
  }
  const pivot = v128.load64_splat(row);
  v128.store(own, f64x2.div(x0, pivot));
  v128.store(own, f64x2.div(x1, pivot), 16);
  v128.store(own + second, f64x2.div(x2, pivot));
  v128.store(own + second, f64x2.div(x3, pivot), 16);
}

/** strip <- L strip, from the last row up so that every row still finds the old rows above it. */
export function multiplyStrip(n: i32, triangle: usize, strip: usize): void {
  const second = <usize>n << 5;
  for (let i = n - 1; i >= 0; i--) multiplyRow(i, triangle + <usize>i * ROW, strip, second);
}

function multiplyRow(i: i32, row: usize, strip: usize, second: usize): void {
  const own = strip + (<usize>i << 5);
  let x0 = f64x2.splat(0);
  let x1 = x0;
  let x2 = x0;
  let x3 = x0;
  while (strip <= own) {
    const s = v128.load64_splat(row);
    x0 = multiplyAdd(s, v128.load(strip), x0);
    x1 = multiplyAdd(s, v128.load(strip, 16), x1);
    x2 = multiplyAdd(s, v128.load(strip + second), x2);
    x3 = multiplyAdd(s, v128.load(strip + second, 16), x3);
    row += 8;
    strip += 32;
  }
  v128.store(own, x0);
  v128.store(own, x1, 16);
  v128.store(own + second, x2);
  v128.store(own + second, x3, 16);
}
