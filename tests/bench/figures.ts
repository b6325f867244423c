/** One measured figure beside its budget (quality budgets of docs/ARCHITECTURE.md). */
export interface Figure {
	what: string;
	measured: number;
	unit: 'kB' | 'ms' | 's' | 'errors' | 'score' | 'ratio' | 'shift';
	/** Over (for a score: under) this the build is refused. */
	must: number;
	aim?: number;
	note?: string;
}

/** Whether a figure is inside its hard limit. Scores are better when higher, everything else when lower. */
export function holds({ measured, must, unit }: Figure): boolean {
	return unit === 'score' ? measured >= must : measured <= must;
}

/** The p-th percentile (0–100) of some figures by the nearest-rank method; NaN for none. */
export function percentile(values: number[], p: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? NaN;
}

/** The budget table as Markdown. */
export function table(figures: Figure[]): string {
	const shown = (value: number, unit: Figure['unit']): string =>
		unit === 'errors'
			? String(value)
			: unit === 'shift' || unit === 'ratio'
				? value.toFixed(2)
				: value >= 100 || unit === 'score'
					? value.toFixed(0)
					: value.toFixed(1);
	const rows = figures.map((figure) => {
		const { what, measured, unit, must, aim, note } = figure;
		const reached = aim !== undefined && holds({ ...figure, must: aim });
		const label = unit === 'score' || unit === 'errors' || unit === 'shift' || unit === 'ratio' ? '' : ` ${unit}`;
		return `| ${what} | ${shown(measured, unit)}${label} | ${must}${label} | ${aim ?? '–'}${aim === undefined ? '' : label} | ${holds(figure) ? (reached ? 'aim' : 'ok') : '**over**'} | ${note ?? ''} |`;
	});
	return ['| what | measured | must | aim | | note |', '| --- | --: | --: | --: | --- | --- |', ...rows].join('\n');
}
