import type { z } from 'zod';
import type { agentSchema } from '../domain/schema/agent.ts';
import type { attributeListSchema, declaredAttributeSchema } from '../domain/schema/attribute.ts';
import type { audienceCheckSchema } from '../domain/schema/audience-check.ts';
import type {
  batchSchema,
  controlSchema,
  mainGateSchema,
  mainGateSetSchema,
  pausedSchema,
  paceSetSchema,
} from '../domain/schema/campaign-control.ts';
import type {
  CampaignSummary,
  CampaignView,
  nextBatchSchema,
  pauseSchema,
} from '../domain/schema/campaign.ts';
import type { capacityDecisionSchema } from '../domain/schema/capacity.ts';
import type { consentSchema } from '../domain/schema/consent.ts';
import type { contactImportSchema, contactSchema, rejectSchema } from '../domain/schema/contact.ts';
import type {
  ContentCheck as ContentCheckView,
  OddCase as OddCaseView,
} from '../domain/schema/content-check.ts';
import type { customerSchema } from '../domain/schema/customer.ts';
import type { deskSchema } from '../domain/schema/desk.ts';
import type { documentFaultSchema, documentSchema } from '../domain/schema/document.ts';
import type { forecastSchema } from '../domain/schema/forecast.ts';
import type { frequencyCapSchema } from '../domain/schema/frequency-cap.ts';
import type { holidaysReadSchema } from '../domain/schema/holiday-file.ts';
import type { namedIdentitySchema } from '../domain/schema/identity.ts';
import type { ShownImage } from '../domain/schema/image.ts';
import type { ImportPreview as Previewed } from '../domain/schema/import-preview.ts';
import type { importSourceSchema } from '../domain/schema/import-source.ts';
import type { createdKeySchema, keySchema } from '../domain/schema/key.ts';
import type { mailAsSentSchema } from '../domain/schema/mail-as-sent.ts';
import type { activitySchema, sentMailSchema } from '../domain/schema/mail-history.ts';
import type { paceSchema } from '../domain/schema/pace.ts';
import type { previewSchema, testSendSchema } from '../domain/schema/preview.ts';
import type { explanationSchema, recipientSchema } from '../domain/schema/recipient.ts';
import type { recordLinkListSchema, recordSchema } from '../domain/schema/record.ts';
import type { reportResultSchema, responseSchema } from '../domain/schema/response.ts';
import type { sendListSchema, splitDoneSchema } from '../domain/schema/send-list.ts';
import type { signatureSchema } from '../domain/schema/signature.ts';
import type { templateSchema, templateVersionSchema } from '../domain/schema/template.ts';
import type {
  workListChangedSchema,
  workListChangesSchema,
  workListContactsSchema,
  WorkListView,
} from '../domain/schema/work-list.ts';

/** What the API answers, as domain/schema/ defines it; only the types reach the command line, zod does not. */
export interface List<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export type Campaign = CampaignView;
export type CampaignListed = CampaignSummary;
export type WirePace = z.output<typeof paceSchema>;
export type Pause = z.output<typeof pauseSchema>;
export type NextBatch = z.output<typeof nextBatchSchema>;
export type Paused = z.output<typeof pausedSchema>;
export type PaceChanged = z.output<typeof paceSetSchema>;
export type Batch = z.output<typeof batchSchema>;
export type Control = z.output<typeof controlSchema>;
export type MainGate = z.output<typeof mainGateSchema>;
export type MainGateChanged = z.output<typeof mainGateSetSchema>;
export type AudienceCheck = z.output<typeof audienceCheckSchema>;
export type WorkList = WorkListView;
export type WorkListChanged = z.output<typeof workListChangedSchema>;
export type WorkListMember = z.output<typeof workListContactsSchema>['items'][number];
export type WorkListChange = z.output<typeof workListChangesSchema>['items'][number];
export type Desk = z.output<typeof deskSchema>;
export type Document = z.output<typeof documentSchema>;
export type Image = ShownImage;
export type DocumentFault = z.output<typeof documentFaultSchema>;
export type Response = z.output<typeof responseSchema>;
export type ReportResult = z.output<typeof reportResultSchema>;
export type ApiKey = z.output<typeof keySchema>;
export type Contact = z.output<typeof contactSchema>;
export type Customer = z.output<typeof customerSchema>;
export type Agent = z.output<typeof agentSchema>;
export type LinkedRecord = z.output<typeof recordSchema>;
export type RecordLink = z.output<typeof recordLinkListSchema>['items'][number];
export type Attribute = z.output<typeof attributeListSchema>['items'][number];
export type DeclaredAttribute = z.output<typeof declaredAttributeSchema>;
export type ContactImport = z.output<typeof contactImportSchema>;
export type ImportPreview = Previewed;
export type ImportSource = z.output<typeof importSourceSchema>;
export type Consent = z.output<typeof consentSchema>;
export type FrequencyCap = z.output<typeof frequencyCapSchema>;
export type Reject = z.output<typeof rejectSchema>;
export type RecipientRow = z.output<typeof recipientSchema>;
export type Explanation = z.output<typeof explanationSchema>;
export type SentMail = z.output<typeof sentMailSchema>;
export type Activity = z.output<typeof activitySchema>;
export type MailAsSent = z.output<typeof mailAsSentSchema>;
export type SendList = z.output<typeof sendListSchema>;
export type SplitDone = z.output<typeof splitDoneSchema>;
export type Preview = z.output<typeof previewSchema>;
export type TestSend = z.output<typeof testSendSchema>;
/** What is still to come, now or at another pace (`GET /v1/campaigns/{id}/forecast`). */
export type Forecast = z.output<typeof forecastSchema>;
export type PlannedBatch = Forecast['batches'][number];
export type Decision = z.output<typeof capacityDecisionSchema>;
export type HolidaysRead = z.output<typeof holidaysReadSchema>;
export type CreatedKey = z.output<typeof createdKeySchema>;
export type OddCase = OddCaseView;
export type ContentCheck = ContentCheckView;
export type Template = z.output<typeof templateSchema>;
export type TemplateVersion = z.output<typeof templateVersionSchema>;
export type NamedIdentity = z.output<typeof namedIdentitySchema>;
export type Signature = z.output<typeof signatureSchema>;
