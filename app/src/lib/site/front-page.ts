import type { SiteCatalog } from '#shared/catalog/schema.ts';
import { centsOf } from './menu.ts';

/** What the front page says of the catalog, and no more: it is sent with the page. */
export interface FrontPageCatalog {
	stations: { slug: string; name: string }[];
	/** In cents; null where the price book has none. */
	prices: Record<'adult' | 'child' | 'minimum' | 'deposit' | 'mile', number | null>;
	proteins: { code: string; name: string }[];
	upgrades: { code: string; name: string; cents: number | null }[];
	included: { code: string; name: string; description: string }[];
}

export function frontPageCatalog({ stations, prices, menu }: SiteCatalog): FrontPageCatalog {
	const of = (kind: SiteCatalog['menu'][number]['kind']) => menu.filter((item) => item.kind === kind);
	return {
		stations: stations.map(({ slug, name }) => ({ slug, name })),
		prices: {
			adult: centsOf(prices, 'adult'),
			child: centsOf(prices, 'child'),
			minimum: centsOf(prices, 'minimum_order'),
			deposit: centsOf(prices, 'deposit'),
			mile: centsOf(prices, 'travel')
		},
		proteins: of('protein').map(({ code, name }) => ({ code, name })),
		upgrades: of('upgrade').map(({ code, name, price_code }) => ({
			code,
			name,
			cents: centsOf(prices, price_code ?? code)
		})),
		included: of('included').map(({ code, name, description }) => ({ code, name, description: description ?? '' }))
	};
}
