/** The contact form as typed. */
export interface ContactValues {
	name: string;
	email: string;
	phone: string;
	zip: string;
	message: string;
}
