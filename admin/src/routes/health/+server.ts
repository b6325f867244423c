import { health } from '#kit/server/health.ts';

export const GET = () => health();
