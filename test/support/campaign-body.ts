/** A body that POST /v1/campaigns takes. */
export function campaignBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Server upgrade',
    audience: { all: true },
    identity: { name: 'IT department', address: 'it@example.com' },
    content: { subject: 'Hello {{ contact.firstName | default: "you" }}', text: 'Please read this.' },
    pace: { size: 50, every: '20m' },
    consent: { newsletter: false, reason: 'operational notice' },
    ...change,
  };
}
