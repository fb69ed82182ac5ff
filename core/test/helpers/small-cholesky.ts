/** Cholesky factorization of small matrices in plain loops, independent of every engine. */

/** L with A = L L^T. @throws Error when A is not positive definite. */
export function choleskyFactor(a: readonly (readonly number[])[]): number[][] {
	const l = a.map((row) => row.map(() => 0));
	for (let j = 0; j < a.length; j++) {
		for (let i = j; i < a.length; i++) {
			let sum = a[i]![j]!;
			for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!;
			if (i === j && !(sum > 0)) throw new Error(`choleskyFactor: pivot ${j} is ${sum}.`);
			l[i]![j] = i === j ? Math.sqrt(sum) : sum / l[j]![j]!;
		}
	}
	return l;
}

export function logDeterminant(l: readonly (readonly number[])[]): number {
	return l.reduce((sum, row, i) => sum + 2 * Math.log(row[i]!), 0);
}

/** L^-1 b. */
export function solveLower(l: readonly (readonly number[])[], b: readonly number[]): number[] {
	const x: number[] = [];
	l.forEach((row, i) => {
		let sum = b[i]!;
		for (let k = 0; k < i; k++) sum -= row[k]! * x[k]!;
		x.push(sum / row[i]!);
	});
	return x;
}

/** L^-T b. */
export function solveUpper(l: readonly (readonly number[])[], b: readonly number[]): number[] {
	const x = b.map(() => 0);
	for (let i = b.length - 1; i >= 0; i--) {
		let sum = b[i]!;
		for (let k = i + 1; k < b.length; k++) sum -= l[k]![i]! * x[k]!;
		x[i] = sum / l[i]![i]!;
	}
	return x;
}
