import { apiEnvironment } from '../_shared/platform/environment.ts';
import { health } from './handler.ts';

Deno.serve(health({ ...apiEnvironment(Deno.env), fetch, now: () => performance.now() }));
