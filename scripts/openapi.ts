/**
 * Generates `docs/openapi.json`, the description of RPCs and edge functions, from the catalog of the migrated database, its
 * comments, and the schemas by which the apps read the answers.
 *   npm run openapi               writes the file
 *   npm run openapi -- --check    fails when the file is stale
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { errorCodes, type ErrorCode } from '../functions/_shared/errors.ts';
import { refusalAnswer } from '../functions/_shared/platform/refusal.schema.ts';
import { openPglite } from '../supabase/local/database-pglite.ts';
import type { Database } from '../supabase/local/database.ts';
import { migrate } from '../supabase/local/migrate.ts';
import { preparePlatform } from '../supabase/local/platform.ts';
import { rpcAnswers, rpcArguments, type Schema } from '../tests/contracts/rpc-answers.ts';
import { catalogSql, schemaOfType, type Json, type Routine } from './openapi-catalog.ts';

const repo = join(import.meta.dirname, '..');
const file = join(repo, 'docs/openapi.json');

/** What the edge functions of supabase/config.toml do; one without an entry here is an error. */
const edgeFunctions: Record<string, { method: string; summary: string; answers: Record<string, string> }> = {
	health: {
		method: 'get',
		summary: 'Whether the API can read the database, and how long that takes.',
		answers: { 200: 'Well: {status, checks}.', 503: 'Not well: {status, checks}.' }
	},
	'payments-checkout': {
		method: 'post',
		summary:
			'Begins to pay a deposit or a balance by card: {booking_id, purpose, tip_percent or tip_cents, funding, idempotency_key, access_token}.',
		answers: {
			200: 'Where to pay: {checkout_id, url, client_secret, amount_cents, tip_cents, fee_cents, total_cents}.',
			409: 'PAYMENTS_OFF, NOTHING_DUE, NOT_PAYABLE, HOLD_EXPIRED.',
			422: 'INVALID_REQUEST.',
			503: 'PAYMENT_PROVIDER_TIMEOUT with retry-after: the same key goes on.'
		}
	},
	'document-link': {
		method: 'post',
		summary: 'A link of a minute to the PDF of an invoice or a receipt: {document_id, access_token}.',
		answers: {
			200: 'Where it lies: {path, expires_in}, the path being under the API.',
			404: 'NOT_FOUND: there is none, or not for this caller.',
			422: 'INVALID_REQUEST.',
			503: 'TRY_AGAIN with retry-after.'
		}
	},
	'payments-refund': {
		method: 'post',
		summary:
			'Gives money back: staff by {booking_id, amount_cents, method, payment_intent, applies_to, reason, idempotency_key}, the server by {refund_id}.',
		answers: {
			200: 'The refund: {refund_id, status, method, payment_intent, amount_cents, stripe_refund_id, failure}.',
			403: 'NOT_ALLOWED.',
			409: 'REFUND_TOO_HIGH.',
			503: 'PAYMENT_PROVIDER_TIMEOUT with retry-after: it is kept and tried again.'
		}
	},
	'stripe-webhook': {
		method: 'post',
		summary: 'Takes an event that Stripe signed; any number of times, in any order.',
		answers: {
			200: '{result: processed, duplicate or kept}.',
			400: 'The signature is missing, wrong or too old; nothing is kept.',
			413: 'Larger than 1 MB.'
		}
	}
};

/** The document as the file has it, from a database that is migrated for it. */
export async function generateOpenApi(): Promise<string> {
	const db = await openPglite();
	try {
		await preparePlatform(db);
		await migrate(db, join(repo, 'migrations'));
		return format(JSON.stringify(await openApiDocument(db)), { ...(await resolveConfig(file)), parser: 'json' });
	} finally {
		await db.close();
	}
}

async function openApiDocument(db: Database): Promise<Json> {
	const routines = await db.query<Routine>(catalogSql, []);
	const paths = routines.map((routine) => [`/rest/v1/rpc/${routine.name}`, { post: operationOf(routine) }] as const);
	return {
		openapi: '3.1.0',
		info: {
			title: 'My Hibachi',
			version: '1',
			description:
				'Functions of the API. Tables are read and written as PostgREST exposes them, under row-level security.'
		},
		servers: [{ url: 'http://127.0.0.1:54321', description: 'The local stack' }],
		security: [{ key: [] }],
		paths: { ...Object.fromEntries(paths), ...(await functionPaths()) },
		components: {
			securitySchemes: {
				key: { type: 'apiKey', in: 'header', name: 'apikey', description: 'The publishable key.' },
				session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A session of Supabase Auth.' },
				secret: { type: 'apiKey', in: 'header', name: 'apikey', description: 'The secret key; never in a browser.' }
			},
			schemas: { Refusal: jsonSchema(refusalAnswer) }
		}
	};
}

function operationOf(routine: Routine): Json {
	const optionalFrom = routine.arguments.length - routine.defaults;
	const known = rpcArguments[routine.name] ?? {};
	const properties = routine.arguments.map(({ name, type }) => {
		const schema = known[name];
		return [name, schema ? jsonSchema(schema) : schemaOfType(type)] as const;
	});
	return {
		operationId: routine.name,
		tags: ['rpc'],
		...(routine.comment && { description: routine.comment }),
		security: securityOf(routine),
		requestBody: {
			required: optionalFrom > 0,
			content: json({
				type: 'object',
				properties: Object.fromEntries(properties),
				required: routine.arguments.slice(0, optionalFrom).map(({ name }) => name),
				additionalProperties: false
			})
		},
		responses: { ...successOf(routine), ...refusalsOf(routine.comment ?? '') }
	};
}

function securityOf({ callers }: Routine): Json[] {
	if (callers.includes('anon')) return [{ key: [] }, { key: [], session: [] }];
	return callers.includes('authenticated') ? [{ key: [], session: [] }] : [{ secret: [] }];
}

function successOf({ name, returns, columns, set }: Routine): Json {
	if (returns === 'void') return { 204: { description: 'Done.' } };
	const known = (rpcAnswers as Record<string, Schema>)[name];
	const row = columns
		? { type: 'object', properties: Object.fromEntries(columns.map((c) => [c.name, schemaOfType(c.type)])) }
		: schemaOfType(returns);
	const schema = known ? jsonSchema(known) : set ? { type: 'array', items: row } : row;
	return { 200: { description: 'The answer.', content: json(schema) } };
}

/** A comment that ends with "Refuses A, B" names the codes, and the register their statuses. */
function refusalsOf(comment: string): Json {
	const byStatus = new Map<number, ErrorCode[]>();
	for (const [word] of comment.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) {
		if (!(word in errorCodes)) continue;
		const code = word as ErrorCode;
		const codes = byStatus.get(errorCodes[code]) ?? [];
		if (!codes.includes(code)) byStatus.set(errorCodes[code], [...codes, code]);
	}
	const content = json({ $ref: '#/components/schemas/Refusal' });
	const named = [...byStatus].map(([status, codes]) => [status, { description: codes.sort().join(', '), content }]);
	return {
		...(Object.fromEntries(named) as Json),
		default: { description: 'Refused, or an error of the database.', content }
	};
}

async function functionPaths(): Promise<Json> {
	const { functions = {} } = parse(await readFile(join(repo, 'supabase/config.toml'), 'utf8')) as {
		functions?: Record<string, { verify_jwt?: boolean }>;
	};
	const paths = Object.entries(functions).map(([name, { verify_jwt: signedIn = true }]) => {
		const known = edgeFunctions[name];
		if (!known) throw new Error(`scripts/openapi.ts does not know the edge function "${name}".`);
		const responses = Object.entries(known.answers).map(([status, description]) => [status, { description }]);
		const operation = {
			operationId: `functions_${name}`,
			tags: ['functions'],
			description: known.summary,
			security: signedIn ? [{ session: [] }] : [],
			responses: Object.fromEntries(responses) as Json
		};
		return [`/functions/v1/${name}`, { [known.method]: operation }] as const;
	});
	return Object.fromEntries(paths);
}

function json(schema: Json): Json {
	return { 'application/json': { schema } };
}

/** As it goes over the wire, before a schema's own transformations. */
function jsonSchema(schema: Schema): Json {
	const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
	return rest;
}

if (import.meta.main) {
	const generated = await generateOpenApi();
	if (!process.argv.includes('--check')) {
		await writeFile(file, generated);
		console.info(`Wrote ${file}`);
	} else if ((await readFile(file, 'utf8').catch(() => '')) === generated) {
		console.info('The description of the API is fresh.');
	} else {
		console.error('The description of the API is stale. Run: npm run openapi');
		process.exit(1);
	}
}
