import { defineConfig } from 'vite';
import { frontend } from '../svelte.config.js';
export default defineConfig(frontend('app', 5173));
