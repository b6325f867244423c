import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
	{
		ignores: [
			'build/',
			'**/.svelte-kit/',
			'**/node_modules/',
			'test-results/',
			'functions/_shared/platform/database.types.ts'
		]
	},
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.node, ...globals.browser } },
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
			eqeqeq: 'error',
			'no-console': ['error', { allow: ['warn', 'error', 'info'] }]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
		rules: {
			// Both need a base path that neither app has; plain paths are what people share.
			'svelte/no-navigation-without-resolve': 'off',
			// Reads the words of a reason after the code as further codes.
			'svelte/no-unused-svelte-ignore': 'off',
			// Sets and dates that never leave the function they were made in need no reactivity.
			'svelte/prefer-svelte-reactivity': 'off'
		}
	},
	{ files: ['supabase/local/**', 'tests/**', 'jobs/**', 'seed/**', 'scripts/**'], rules: { 'no-console': 'off' } },
	{
		// The rooms of the house: domain code is pure, and neither app reaches into the other.
		files: ['functions/_shared/**/*.ts'],
		ignores: ['functions/_shared/platform/**', '**/*.test.ts'],
		rules: {
			'no-restricted-imports': [
				'error',
				{ patterns: ['node:*', '$app/*', '#app/*', '#admin/*', '#kit/*', '#ui/*', '@supabase/*'] }
			]
		}
	},
	{ files: ['app/**'], rules: { 'no-restricted-imports': ['error', { patterns: ['#admin/*'] }] } },
	{ files: ['admin/**'], rules: { 'no-restricted-imports': ['error', { patterns: ['#app/*'] }] } }
);
