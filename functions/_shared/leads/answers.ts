import * as z from 'zod/mini';

/** What `capture_lead` answers. */
export const capturedLead = z.object({ lead_id: z.string() });
