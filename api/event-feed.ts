export interface EventFeed {
  close(): void;
}
