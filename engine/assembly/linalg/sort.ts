/** `order` <- the 32-bit indices that sort x ascending. Insertion sort: eigenvalues come as a few ascending runs, and a
 * comparison costs next to nothing beside the eigenvectors that belong to it. */
export function sortIndices(n: i32, x: usize, order: usize): void {
  for (let i = 0; i < n; i++) {
    const value = load<f64>(x + (<usize>i << 3));
    let j = i;
    for (; j > 0; j--) {
      const before = load<i32>(order + (<usize>(j - 1) << 2));
      if (load<f64>(x + (<usize>before << 3)) <= value) break;
      store<i32>(order + (<usize>j << 2), before);
    }
    store<i32>(order + (<usize>j << 2), i);
  }
}
