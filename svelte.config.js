import { join } from 'node:path';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';

const repo = import.meta.dirname;
const svelte = {};
export default svelte;

/** What every page of the site needs comes in two files instead of a dozen small ones: each costs a request, a compilation and a task. */
const chunks = [
	{
		name: 'framework',
		// Two files of SvelteKit's client stay apart: it starts by them.
		test: /node_modules\/(svelte|esm-env|clsx|devalue)\/|vite\/preload-helper|@sveltejs\/kit\/(?!src\/runtime\/client\/(entry|payload|client-entry)\.js)/
	},
	{ name: 'shared', test: /\/(ui|functions\/_shared\/platform|app\/src\/lib\/(site|platform))\//, minShareCount: 3 }
];

/**
 * Tells V8 to compile all functions of a file while it loads, on another thread; without it, each is compiled on the main thread
 * when it is first called, which was half of a page's longest task. Other engines read a comment.
 * https://v8.dev/blog/explicit-compile-hints
 */
const compileHint = '//# allFunctionsCalledOnLoad';

/**
 * The Vite configuration of one of the two apps: same plugins, same policy, own root, port and output (`build/<name>`).
 * The API's origin joins `connect-src` at run time (kit/server/headers.ts), so that one build serves every installation.
 * @param {'app' | 'admin'} name
 * @param {number} port
 * @returns {import('vite').UserConfig}
 */
export function frontend(name, port) {
	return {
		root: join(repo, name),
		envDir: repo,
		cacheDir: join(repo, 'node_modules/.vite', name),
		plugins: [
			tailwindcss(),
			sveltekit({
				...svelte,
				adapter: adapter({ out: join(repo, 'build', name), precompress: true }),
				env: { dir: repo },
				paths: { origin: process.env.ORIGIN },
				version: { name: process.env.GIT_SHA ?? 'dev' },
				csp: {
					mode: 'nonce',
					directives: {
						'default-src': ['self'],
						'script-src': ['self'],
						// Styles are files; only `style="…"` attributes (positions, sizes) are allowed beside them.
						'style-src': ['self'],
						'style-src-attr': ['unsafe-inline'],
						'img-src': ['self', 'data:', 'blob:'],
						'font-src': ['self'],
						'connect-src': ['self'],
						'object-src': ['none'],
						'base-uri': ['self'],
						'form-action': ['self'],
						'frame-ancestors': ['none']
					}
				}
			})
		],
		// A public page's styles and small pictures are files that caches keep, never data URLs inside HTML.
		build: {
			assetsInlineLimit: 0,
			// A page names all its scripts itself (`light-pages.server.ts`); Vite's own helper would look for each once more.
			modulePreload: name !== 'app' || { resolveDependencies: () => [] }
		},
		environments: {
			client: {
				build: {
					rolldownOptions:
						name === 'app' ? { output: { codeSplitting: { groups: chunks }, postBanner: compileHint } } : {}
				}
			}
		},
		server: {
			port,
			strictPort: true,
			fs: { allow: ['ui', 'kit', 'functions/_shared', 'node_modules'].map((folder) => join(repo, folder)) }
		},
		preview: { port, strictPort: true }
	};
}
