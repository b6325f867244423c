export { sessionToken as GET } from '#kit/server/token.ts';
