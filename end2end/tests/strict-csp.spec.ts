// A company's page with the policy that docs/EMBEDDING.md asks for, and nothing more.
import { connectToken, exchange } from '../support/api';
import { expect, test } from '../support/fixtures';
import { HOST, PGE } from '../support/modal';

for (const path of ['/strict.html', '/trusted-types.html']) {
  test(`a login is linked on ${path}`, async ({ modal, page, user }) => {
    const answer = page.waitForResponse(HOST + path);
    await modal.open(await connectToken(user), HOST + path);
    const policy = (await answer).headers()['content-security-policy']!;
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' http:\/\/localhost:8080; frame-src http:\/\/localhost:8080; connect-src 'self'/);
    // The loader's styles hold without any style-src.
    expect(await modal.iframe.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
    await modal.choose(PGE, 'pacific');
    await modal.signIn('mfa_email');
    await modal.verify('123456');
    await modal.linked();
    await exchange(await modal.done());
  });
}
