import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateOpenApi } from '../../scripts/openapi.ts';
import { rpcAnswers } from './rpc-answers.ts';

interface Operation {
	operationId: string;
	security: Record<string, unknown[]>[];
	responses: Record<string, { description: string }>;
}
interface Document {
	openapi: string;
	paths: Record<string, Record<string, Operation>>;
	components: { securitySchemes: object; schemas: object };
}

let text: string;
let document: Document;
let operations: Operation[];
beforeAll(async () => {
	text = await readFile(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
	document = JSON.parse(text) as Document;
	operations = Object.values(document.paths).flatMap((path) => Object.values(path));
});

describe('the description of the API', () => {
	it('is fresh; else run: npm run openapi', async () => {
		expect(JSON.parse(await generateOpenApi())).toEqual(document);
	}, 120_000);

	it('is OpenAPI 3.1: operations have names of their own and answers that say what they are', () => {
		expect(document.openapi).toMatch(/^3\.1\.\d$/);
		const names = operations.map(({ operationId }) => operationId);
		expect(new Set(names).size).toBe(names.length);
		for (const { operationId, responses } of operations) {
			expect(Object.keys(responses).length, operationId).toBeGreaterThan(0);
			for (const [status, { description }] of Object.entries(responses)) {
				expect(status, operationId).toMatch(/^([2-5]\d\d|default)$/);
				expect(description, operationId).not.toBe('');
			}
		}
	});

	it('points only at what it has', () => {
		for (const [, name = ''] of text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g))
			expect(Object.keys(document.components.schemas)).toContain(name);
		for (const [, pointer] of text.matchAll(/"\$ref": "([^"]+)"/g))
			expect(pointer).toMatch(/^#\/components\/schemas\//);
		for (const { security, operationId } of operations)
			for (const scheme of security.flatMap((one) => Object.keys(one)))
				expect(Object.keys(document.components.securitySchemes), operationId).toContain(scheme);
	});

	it('has every RPC whose answer the apps read', () => {
		for (const name of Object.keys(rpcAnswers)) expect(Object.keys(document.paths)).toContain(`/rest/v1/rpc/${name}`);
	});

	it('asks a session for what a visitor may not call', () => {
		const securityOf = (name: string) => document.paths[`/rest/v1/rpc/${name}`]?.post?.security;
		expect(securityOf('create_booking')).toContainEqual({ key: [] });
		expect(securityOf('confirm_booking')).toEqual([{ key: [], session: [] }]);
	});
});
