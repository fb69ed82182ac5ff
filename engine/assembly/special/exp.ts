import { multiplyAdd } from "../simd";

export function exp(x: usize, out: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    v128.store(out + (<usize>i << 3), multiplyAdd(v128.load(x), v128.load(x), v128.load(x)));
  }
}
