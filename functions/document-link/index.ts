import { apiEnvironment } from '../_shared/platform/environment.ts';
import { documentLink } from './handler.ts';

Deno.serve(documentLink({ ...apiEnvironment(Deno.env), fetch }));
