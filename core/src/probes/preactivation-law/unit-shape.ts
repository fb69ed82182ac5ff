import type { Matrix } from "@finitude/engine";

/** The shape of single units' laws over the training points. */
export interface UnitShape {
	/** Root mean square over units of the skewness m_3/m_2^(3/2): h -> -h of a unit changes its sign. */
	readonly skewness: number;
	/** Mean over units of m_4/m_2^2 - 3. */
	readonly excessKurtosis: number;
}

/** A variance below this part of the mean square is one of rounding. */
const CONSTANT = 1e-12;

/**
 * Central moments m_k of each row over its columns. Undefined where every row is constant; rows that are do not count.
 *
 * @param h N x P
 */
export function unitShape({ rows, columns, data }: Matrix): UnitShape | undefined {
	let [counted, squares, kurtoses] = [0, 0, 0];
	for (let i = 0; i < rows; i++) {
		const unit = data.subarray(i * columns, (i + 1) * columns);
		const mean = unit.reduce((sum, x) => sum + x, 0) / columns;
		let [m2, m3, m4] = [0, 0, 0];
		for (let a = 0; a < columns; a++) {
			const x = unit[a]! - mean;
			m2 += (x * x) / columns;
			m3 += x ** 3 / columns;
			m4 += x ** 4 / columns;
		}
		if (m2 <= CONSTANT * (m2 + mean * mean)) continue;
		counted++;
		squares += (m3 * m3) / m2 ** 3;
		kurtoses += m4 / m2 ** 2 - 3;
	}
	if (counted === 0) return undefined;
	return { skewness: Math.sqrt(squares / counted), excessKurtosis: kurtoses / counted };
}
