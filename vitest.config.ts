import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	// State classes (`*.svelte.ts`) need their runes compiled.
	plugins: [svelte()],
	test: {
		include: [
			'{kit,ui,app,admin,functions,jobs,supabase,seed}/**/*.test.ts',
			'tests/{realtime,functions,contracts,bench}/**/*.test.ts'
		],
		exclude: ['**/node_modules/**', 'build/**', 'functions/*/**/*.deno.test.ts'],
		testTimeout: 30_000,
		hookTimeout: 60_000,
		maxWorkers: 2
	}
});
