/** The pages people look for, in the order of the header and the footer. */
export const mainLinks = [
	{ href: '/menu', label: 'Menu' },
	{ href: '/quote', label: 'Prices' },
	{ href: '/#how-it-works', label: 'How it works' },
	{ href: '/blog', label: 'Journal' },
	{ href: '/contact', label: 'Contact' }
] as const;

export const moreLinks = [
	{ href: '/BookUs', label: 'Book a date' },
	{ href: '/quote', label: 'Get a quote' },
	{ href: '/menu', label: 'Menu' },
	{ href: '/allergens', label: 'Allergens and diets' },
	{ href: '/account', label: 'Your bookings' }
] as const;

export const companyLinks = [
	{ href: '/blog', label: 'Journal' },
	{ href: '/contact', label: 'Contact' },
	{ href: '/terms', label: 'Terms' },
	{ href: '/privacy', label: 'Privacy' }
] as const;
