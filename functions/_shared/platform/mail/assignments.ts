/** Mails about assignments: to those who give chefs their events. */
import { formatEventTime } from '../time.ts';
import { layOut, type Mail } from './layout.ts';

export interface DeclinedFacts {
	reference: string;
	chef_name: string;
	/** In the chef's own words. */
	reason: string;
	station_name: string;
	/** ISO instant. */
	event_at: string;
	timezone: string;
	guests: number;
	/** The booking in the admin panel, where it is given to another chef. */
	booking_url: string;
}

/** Tells the managers of a station that an event needs another chef. */
export function assignmentDeclinedMail(facts: DeclinedFacts): Mail {
	const when = formatEventTime(facts.event_at, facts.timezone);
	return layOut({
		subject: `Needs a chef: ${when} (${facts.reference})`,
		preview: `${facts.chef_name} declined: ${facts.reason}`,
		heading: `${facts.chef_name} declined ${facts.reference}`,
		blocks: [
			{
				kind: 'facts',
				rows: [
					['Event', when],
					['Guests', String(facts.guests)],
					['Reason', facts.reason]
				]
			},
			{
				kind: 'paragraph',
				text: 'The time is still held. Give the event to another chef, and nothing changes for the customer.'
			},
			{ kind: 'button', label: 'Choose another chef', url: facts.booking_url }
		],
		footer: `You get this because you assign chefs at ${facts.station_name}.`
	});
}
