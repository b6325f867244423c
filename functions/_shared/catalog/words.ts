/** The nine allergens of US law, in the order people look for them. */
export const allergenNames: Record<string, string> = {
	milk: 'Milk',
	eggs: 'Eggs',
	fish: 'Fish',
	shellfish: 'Shellfish',
	tree_nuts: 'Tree nuts',
	peanuts: 'Peanuts',
	wheat: 'Wheat',
	soy: 'Soy',
	sesame: 'Sesame'
};

/** What the kitchen can do for a guest. */
export const dietNames: Record<string, string> = {
	vegetarian: 'Vegetarian',
	vegan: 'Vegan',
	gluten_free_on_request: 'Gluten-free on request',
	halal: 'Halal',
	kosher_style: 'Kosher-style'
};
