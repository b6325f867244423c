import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	// State classes (`*.svelte.ts`) need their runes compiled.
	plugins: [svelte()],
	test: {
		include: [
			'{kit,ui,app,admin,functions,jobs,supabase,seed,scripts}/**/*.test.ts',
			'tests/{realtime,functions,contracts,bench}/**/*.test.ts',
			'tests/*.test.ts'
		],
		exclude: ['**/node_modules/**', 'build/**', 'functions/*/**/*.deno.test.ts'],
		// A shared CI machine stalls at times; elsewhere a flaky test is a defect to be seen at once.
		retry: process.env.CI ? 2 : 0,
		testTimeout: 30_000,
		hookTimeout: 60_000,
		maxWorkers: 2
	}
});
