import { sayPace } from './pace-text.ts';
import type { Command } from './room.ts';

/** What the operator waits for: "pausing". */
export function pendingWord(command: Command): string {
  switch (command.act) {
    case 'pause':
      return 'pausing';
    case 'resume':
      return 'resuming';
    case 'setPace':
      return `changing to ${sayPace(command.pace)}`;
    case 'undoPace':
      return 'taking the pace back';
  }
}
