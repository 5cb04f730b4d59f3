// Whatever goes wrong in a browser without a test asking: uncaught errors, messages in the console,
// violations of a content security policy, requests to strangers.
import type { BrowserContext } from '@playwright/test';

export class Problems {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];

  async watch(context: BrowserContext) {
    context.on('weberror', (error) => this.#found.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        this.#found.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith('http') && !['localhost:8080', '127.0.0.1:4173'].includes(host)) {
        this.#found.push(`request: ${request.url()}`);
      }
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`violated ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
      });
    });
  }

  /** Messages that the test brings about. */
  expect(...patterns: RegExp[]) {
    this.#expected.push(...patterns);
  }

  get unexpected(): string[] {
    return this.#found.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }
}
