import type { MenuItem, Price } from '#shared/catalog/schema.ts';
import { dietNames } from './menu.ts';

/** A script element with schema.org data. No text in it can end the element or open another. */
export function jsonLd(data: object): string {
	const text = JSON.stringify({ '@context': 'https://schema.org', ...data }).replace(/</g, '\\u003c');
	return `<script type="application/ld+json">${text}${'</'}script>`;
}

/** The company, as search engines read it. Without phone or e-mail: those are for people (contact protection). */
export function businessData(url: string, stations: { name: string }[]): object {
	return {
		'@type': ['FoodEstablishment', 'LocalBusiness'],
		'@id': `${url}/#business`,
		name: 'My Hibachi',
		description: 'Private hibachi chefs who cook dinner at your home, in Northern California.',
		url: `${url}/`,
		image: `${url}/og.jpg`,
		servesCuisine: ['Japanese', 'Hibachi', 'Teppanyaki'],
		hasMenu: `${url}/menu`,
		acceptsReservations: `${url}/BookUs`,
		...(stations.length > 0 && {
			areaServed: stations.map(({ name }) => ({ '@type': 'City', name: `${name}, California` }))
		})
	};
}

const schemaDiets: Record<string, string> = {
	vegetarian: 'https://schema.org/VegetarianDiet',
	vegan: 'https://schema.org/VeganDiet',
	halal: 'https://schema.org/HalalDiet'
};

/** The menu, with prices where an item costs extra. */
export function menuData(
	url: string,
	sections: { name: string; items: { item: MenuItem; price: Price | null }[] }[]
): object {
	return {
		'@type': 'Menu',
		'@id': `${url}/menu#menu`,
		name: 'Hibachi menu',
		hasMenuSection: sections.map(({ name, items }) => ({
			'@type': 'MenuSection',
			name,
			hasMenuItem: items.map(({ item, price }) => {
				const diets = item.diets.filter((diet) => diet in dietNames).flatMap((diet) => schemaDiets[diet] ?? []);
				return {
					'@type': 'MenuItem',
					name: item.name,
					...(item.description && { description: item.description }),
					...(diets.length && { suitableForDiet: diets }),
					...(price &&
						price.unit_cents > 0 && {
							offers: { '@type': 'Offer', price: (price.unit_cents / 100).toFixed(2), priceCurrency: 'USD' }
						})
				};
			})
		}))
	};
}

/** A post of the blog. */
export function postData(
	url: string,
	post: { slug: string; title: string; description: string; date: string }
): object {
	return {
		'@type': 'BlogPosting',
		headline: post.title,
		description: post.description,
		datePublished: post.date,
		url: `${url}/blog/${post.slug}`,
		image: `${url}/og.jpg`,
		author: { '@type': 'Organization', name: 'My Hibachi' }
	};
}
