// xoshiro256++ (Blackman and Vigna 2021, ACM TOMS 47:36). A state is four 64-bit words in memory.

/** The next 64 bits; advances the state. */
export function nextWord(state: usize): u64 {
  const s0 = load<u64>(state);
  const s1 = load<u64>(state, 8);
  const s2 = load<u64>(state, 16) ^ s0;
  const s3 = load<u64>(state, 24);
  const word = rotl<u64>(s0 + s3, 23) + s0;
  const s3x = s3 ^ s1;
  store<u64>(state, s0 ^ s3x);
  store<u64>(state, s1 ^ s2, 8);
  store<u64>(state, s2 ^ (s1 << 17), 16);
  store<u64>(state, rotl<u64>(s3x, 45), 24);
  return word;
}

/** Uniform in [0, 1): the upper 53 bits. */
// @ts-ignore: decorator
@inline
export function toUniform(word: u64): f64 {
  return <f64>(<i64>(word >> 11)) * (1.0 / 9007199254740992.0);
}

export function fillUniform(state: usize, out: usize, n: i32): void {
  for (; n > 0; n--) {
    store<f64>(out, toUniform(nextWord(state)));
    out += 8;
  }
}
