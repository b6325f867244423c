import { defineConfig } from 'vitest/config';

export default defineConfig({
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
