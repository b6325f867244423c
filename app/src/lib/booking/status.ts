import type { BookingStatus } from '#shared/booking/schema.ts';

interface Look {
	label: string;
	tone: 'success' | 'warning' | 'danger' | 'neutral';
}

const looks: Record<BookingStatus, Look> = {
	pending: { label: 'Held for you', tone: 'warning' },
	confirmed: { label: 'Confirmed', tone: 'success' },
	completed: { label: 'Enjoyed', tone: 'neutral' },
	cancelled: { label: 'Cancelled', tone: 'danger' }
};

/** How people read a booking's status. A hold that ran out says so. */
export function statusLook({ status, cancel_reason }: { status: BookingStatus; cancel_reason: string | null }): Look {
	return status === 'cancelled' && cancel_reason === 'hold_expired'
		? { label: 'Hold ended', tone: 'danger' }
		: looks[status];
}
