/** Refusals as Stripe words them. */

export interface StripeErrorBody {
	type: 'invalid_request_error' | 'card_error' | 'api_error' | 'idempotency_error';
	message: string;
	code?: string;
	decline_code?: string;
	param?: string;
}

export class StripeRefusal extends Error {
	override name = 'StripeRefusal';
	readonly status: number;
	readonly body: StripeErrorBody;

	constructor(status: number, body: StripeErrorBody) {
		super(body.message);
		this.status = status;
		this.body = body;
	}
}

export function invalid(message: string, param?: string, code?: string): StripeRefusal {
	return new StripeRefusal(400, {
		type: 'invalid_request_error',
		message,
		...(code && { code }),
		...(param && { param })
	});
}

export function missing(kind: string, id: string, param = 'id'): StripeRefusal {
	return new StripeRefusal(404, {
		type: 'invalid_request_error',
		code: 'resource_missing',
		message: `No such ${kind}: '${id}'`,
		param
	});
}
