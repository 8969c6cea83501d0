/**
 * Debian's chromium without a window: texts of files go in, pages that were opened come out, with all that they asked for, said and
 * complained of. It installs none: `browserMissing` says what to install.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Why no browser can be started here, else false: what node:test takes as `skip`. */
export const browserMissing: string | false = existsSync(CHROMIUM)
  ? false
  : 'no chromium here; install it (on Debian: apt-get install chromium)';

/** It asks for nothing by itself, so that whatever is asked for is the page's doing. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** The first start on a busy machine reads the whole program from the disk. */
const START_MS_MAX = 60_000;

export interface Opened {
  readonly page: Page;
  /** What was asked for beside the file itself. */
  readonly requests: readonly string[];
  /** What it wrote to the console, what its scripts threw, and boxes that it opened. */
  readonly complaints: readonly string[];
}

export class TestBrowser {
  private readonly browser: Browser;
  private readonly folder = mkdtempSync(join(tmpdir(), 'peersh-browser-'));

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  /** It is closed after the test. */
  static async start(context: TestContext): Promise<TestBrowser> {
    const started = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: START_MS_MAX });
    const browser = new TestBrowser(started);
    context.after(async () => {
      await started.close();
      rmSync(browser.folder, { recursive: true, force: true });
    });
    return browser;
  }

  /** A file as a user opens it; `name` has the ending by which the browser knows what it is. */
  async open(name: string, text: string): Promise<Opened> {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    const page = await this.browser.newPage({ viewport: { width: 1_600, height: 1_000 } });
    const requests: string[] = [];
    const complaints: string[] = [];
    const url = pathToFileURL(path).href;
    page.on('request', (request) => {
      if (request.url() !== url) requests.push(request.url());
    });
    page.on('console', (message) => void complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => void complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`a box: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    await page.goto(url, { waitUntil: 'load' });
    return { page, requests, complaints };
  }
}
