/** A refusal that the client is told: `message` reads `Code: sentence`, as hosted Realtime words it. */
export class Refusal extends Error {
	readonly code: string;
	readonly sentence: string;

	constructor(code: string, sentence: string) {
		super(`${code}: ${sentence}`);
		this.code = code;
		this.sentence = sentence;
	}
}
