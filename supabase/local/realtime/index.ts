export { withoutRateLimits, type Limits } from './limits.ts';
export { createRealtime, schemaSql, type Realtime, type RealtimeOptions, type RealtimeStats } from './server.ts';
