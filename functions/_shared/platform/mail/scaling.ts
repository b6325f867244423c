/** Mails about scaling health, where WhatsApp is off or does not answer. */
import { layOut, type Mail } from './layout.ts';

export interface ScalingFacts {
	kind: 'breach' | 'recovery' | 'summary';
	message: string;
	/** The panel's page. */
	scaling_url: string;
}

const headings = { breach: 'A limit is reached', recovery: 'Resolved', summary: 'How everything stands' } as const;

/** Tells administrators of a breach, its end, or the day's summary. */
export function scalingMail({ kind, message, scaling_url }: ScalingFacts): Mail {
	return layOut({
		subject: `Scaling health: ${headings[kind].toLowerCase()}`,
		preview: message,
		heading: headings[kind],
		blocks: [
			{ kind: 'paragraph', text: message },
			{ kind: 'button', label: 'Open scaling health', url: scaling_url }
		],
		footer: 'You get this because you manage scaling at My Hibachi.'
	});
}
