/** The words of the front page that no database holds. Prices and menu never stand here: they come from the catalog. */

export const steps = [
	{
		title: 'See your price',
		text: 'Tell us your ZIP code and how many guests. The quote is itemised and tax is in it, so the total is the total.'
	},
	{
		title: 'Take a free slot',
		text: 'The calendar shows only times when a chef can really be at your door. A small deposit keeps your date.'
	},
	{
		title: 'Set the table',
		text: 'You need a level spot outdoors, seats, plates and drinks. Tell us about allergies and who eats what.'
	},
	{
		title: 'Dinner, with a show',
		text: 'Your chef arrives with the griddle, knives and food, cooks in front of everyone, and cleans the cooking area.'
	}
] as const;

export const weBring = [
	'Your own hibachi chef',
	'The griddle, fuel and every tool',
	'All the food, fresh and prepped',
	'The show: flames, onion volcano, flying spatulas',
	'Clean-up of the cooking area'
] as const;

export const youBring = [
	'A level outdoor spot of about 8 by 6 feet',
	'Tables and chairs around it',
	'Plates, glasses and cutlery',
	'Drinks (or add our sake bar, 21 and over)'
] as const;

export interface Question {
	question: string;
	answer: string;
	link?: { href: string; label: string };
}

export const questions: Question[] = [
	{
		question: 'What does each guest get?',
		answer:
			'Two proteins of their choice, hibachi fried rice, vegetables, a side salad and our sauces. Upgrades such as filet mignon or lobster tail can take the place of a protein, guest by guest.',
		link: { href: '/menu', label: 'See the menu' }
	},
	{
		question: 'Can you cook for allergies, vegetarians or halal guests?',
		answer:
			'Every item on the menu names its allergens and the diets it suits, and you can filter by them. Tell us in the booking who needs what. We cook on one shared griddle, so for a severe allergy please talk to us first.',
		link: { href: '/allergens', label: 'Allergens and diets' }
	},
	{
		question: 'Where can the griddle stand?',
		answer:
			'Outdoors on level ground: a patio, driveway, lawn or under a well-aired cover, a few feet from walls. The griddle runs on propane, so we do not cook indoors.'
	},
	{
		question: 'What if it rains?',
		answer:
			'A pop-up canopy, a porch or an open garage door is usually enough. If the weather makes cooking unsafe, we move your date together.'
	},
	{
		question: 'Is travel included?',
		answer:
			'Close to one of our kitchens, yes. Further out there is a fee by the mile, and the quote shows it for your ZIP code before you book.',
		link: { href: '/quote', label: 'Get a quote' }
	},
	{
		question: 'Can I move or cancel my date?',
		answer:
			'Yes: from the link in your confirmation or from your account. What happens to the deposit depends on how close the date is.',
		link: { href: '/terms', label: 'Read the terms' }
	}
];
