import type { TestDatabase } from './database.ts';
export async function checkMatrix(db: TestDatabase): Promise<{ passed: number; failures: string[] }> { return { passed: 0, failures: [] }; }
