import type { Endpoint } from './endpoint.ts';
import { agentEndpoints } from './routes/agents.ts';
import { attributeEndpoints } from './routes/attributes.ts';
import { audienceCheckEndpoints } from './routes/audience-checks.ts';
import { campaignControlEndpoints } from './routes/campaign-control.ts';
import { campaignHistoryEndpoints } from './routes/campaign-history.ts';
import { campaignEndpoints } from './routes/campaigns.ts';
import { complaintEndpoints } from './routes/complaints.ts';
import { consentEndpoints } from './routes/consents.ts';
import { contactExportEndpoints } from './routes/contact-exports.ts';
import { contactImportEndpoints } from './routes/contact-imports.ts';
import { contactEndpoints } from './routes/contacts.ts';
import { contentCheckEndpoints } from './routes/content-checks.ts';
import { customerEndpoints } from './routes/customers.ts';
import { deskEndpoints } from './routes/desks.ts';
import { documentDownloadEndpoints } from './routes/document-downloads.ts';
import { documentEndpoints } from './routes/documents.ts';
import { forceEndpoints } from './routes/force.ts';
import { forecastEndpoints } from './routes/forecast.ts';
import { frequencyCapEndpoints } from './routes/frequency-caps.ts';
import { guardEndpoints } from './routes/guards.ts';
import { holidayEndpoints } from './routes/holidays.ts';
import { identityEndpoints } from './routes/identities.ts';
import { imageEndpoints } from './routes/images.ts';
import { importPreviewEndpoints } from './routes/import-previews.ts';
import { importSourceEndpoints } from './routes/import-sources.ts';
import { keyEndpoints } from './routes/keys.ts';
import { mailHistoryEndpoints } from './routes/mail-histories.ts';
import { mailAsSentEndpoints } from './routes/mails-as-sent.ts';
import { mainGateEndpoints } from './routes/main-gate.ts';
import { operationEndpoints } from './routes/operations.ts';
import { paceEndpoints } from './routes/pace.ts';
import { previewEndpoints } from './routes/previews.ts';
import { recipientActEndpoints } from './routes/recipient-acts.ts';
import { recipientFileEndpoints } from './routes/recipient-files.ts';
import { recipientEndpoints } from './routes/recipients.ts';
import { recordLinkEndpoints } from './routes/record-links.ts';
import { recordEndpoints } from './routes/records.ts';
import { responsePageEndpoints } from './routes/response-pages.ts';
import { responseSourceEndpoints } from './routes/response-sources.ts';
import { responseEndpoints } from './routes/responses.ts';
import { sendListEndpoints } from './routes/send-lists.ts';
import { signatureEndpoints } from './routes/signatures.ts';
import { templateVersionEndpoints } from './routes/template-versions.ts';
import { templateEndpoints } from './routes/templates.ts';
import { testSendEndpoints } from './routes/test-sends.ts';
import { workListPeopleEndpoints } from './routes/work-list-people.ts';
import { workListEndpoints } from './routes/work-lists.ts';

/** Everything that the API can do, in the order of its documentation. */
export const endpoints: readonly Endpoint[] = [
  ...contactImportEndpoints,
  ...importPreviewEndpoints,
  ...importSourceEndpoints,
  ...contactExportEndpoints,
  ...contactEndpoints,
  ...customerEndpoints,
  ...agentEndpoints,
  ...recordEndpoints,
  ...recordLinkEndpoints,
  ...attributeEndpoints,
  ...documentEndpoints,
  ...documentDownloadEndpoints,
  ...consentEndpoints,
  ...audienceCheckEndpoints,
  ...workListEndpoints,
  ...workListPeopleEndpoints,
  ...campaignEndpoints,
  ...holidayEndpoints,
  ...campaignControlEndpoints,
  ...paceEndpoints,
  ...guardEndpoints,
  ...campaignHistoryEndpoints,
  ...forecastEndpoints,
  ...recipientEndpoints,
  ...recipientFileEndpoints,
  ...responseEndpoints,
  ...responsePageEndpoints,
  ...responseSourceEndpoints,
  ...deskEndpoints,
  ...recipientActEndpoints,
  ...forceEndpoints,
  ...frequencyCapEndpoints,
  ...sendListEndpoints,
  ...complaintEndpoints,
  ...templateEndpoints,
  ...templateVersionEndpoints,
  ...identityEndpoints,
  ...signatureEndpoints,
  ...mailHistoryEndpoints,
  ...mailAsSentEndpoints,
  ...imageEndpoints,
  ...previewEndpoints,
  ...contentCheckEndpoints,
  ...testSendEndpoints,
  ...mainGateEndpoints,
  ...keyEndpoints,
  ...operationEndpoints,
];
