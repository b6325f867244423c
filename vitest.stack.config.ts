import { defineConfig } from 'vitest/config';

/** Tests that talk to a running stack (named by TEST_STACK), one file after the other. */
export default defineConfig({
	test: {
		include: ['tests/{security,load,chaos}/**/*.test.ts'],
		// A shared CI machine stalls at times; elsewhere a flaky test is a defect to be seen at once.
		retry: process.env.CI ? 2 : 0,
		testTimeout: 600_000,
		hookTimeout: 240_000,
		fileParallelism: false
	}
});
