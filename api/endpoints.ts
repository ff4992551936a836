import type { Endpoint } from './endpoint.ts';
import { campaignControlEndpoints } from './routes/campaign-control.ts';
import { campaignHistoryEndpoints } from './routes/campaign-history.ts';
import { campaignEndpoints } from './routes/campaigns.ts';
import { keyEndpoints } from './routes/keys.ts';
import { mainGateEndpoints } from './routes/main-gate.ts';
import { operationEndpoints } from './routes/operations.ts';

/** Everything that the API can do, in the order of its documentation. */
export const endpoints: readonly Endpoint[] = [
  ...campaignEndpoints,
  ...campaignControlEndpoints,
  ...campaignHistoryEndpoints,
  ...mainGateEndpoints,
  ...keyEndpoints,
  ...operationEndpoints,
];
