import { Failure } from './failure.ts';

export interface PictureRequest {
  readonly html: string;
  /** Path of the browser's program. */
  readonly browser: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files to write, by kind of screen. */
  readonly files: Readonly<Record<Screen, string>>;
  /** Addresses from which the mail's pictures may be loaded; everything else that it asks for is refused. */
  readonly allowed: readonly string[];
}

type Screen = 'desktop' | 'phone';

/** CSS pixels: the reading pane of a desktop client, and a common phone, which draws two pixels for one. */
const screens = {
  desktop: { viewport: { width: 800, height: 200 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 200 }, deviceScaleFactor: 2 },
} as const;

/**
 * Draws a mail's HTML in a real browser at desktop and phone width, whole height, as PNG. As in a mail reader nothing in it runs, and nothing is
 * fetched but what is allowed: looking at a mail tells nobody. @returns the addresses that were refused, each once.
 */
export async function takePictures({
  html,
  browser,
  env,
  files,
  allowed,
}: PictureRequest): Promise<string[]> {
  // Only here: the other commands start without it.
  const { chromium } = await import('playwright-core');
  const refused = new Set<string>();
  const program = await chromium
    .launch({ executablePath: browser, env: present(env), args: browserArguments, timeout: 30_000 })
    .catch((error: unknown) => {
      throw new Failure(
        3,
        `the browser ${browser} did not start (${firstLine(error)}); give another one with --browser`,
      );
    });
  try {
    for (const screen of ['desktop', 'phone'] as const) {
      const context = await program.newContext({ ...screens[screen], javaScriptEnabled: false });
      const page = await context.newPage();
      await page.route('**/*', (route) => {
        const url = route.request().url();
        if (allowed.some((each) => url.startsWith(each))) return route.continue();
        refused.add(url);
        return route.abort();
      });
      await page.setContent(html, { waitUntil: 'load', timeout: 30_000 });
      await page.screenshot({ path: files[screen], fullPage: true, animations: 'disabled' });
      await context.close();
    }
  } finally {
    await program.close();
  }
  return [...refused];
}

/** Chromium refuses its sandbox to root (containers, CI); scripts and the network are off in any case. */
const browserArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

function present(env: PictureRequest['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
