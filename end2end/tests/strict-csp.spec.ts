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

test('the loader needs nothing beyond script-src and frame-src of our origin', async ({ modal, page, user }) => {
  const answer = page.waitForResponse(`${HOST}/exact.html`);
  await page.goto(`${HOST}/exact.html`);
  expect((await answer).headers()['content-security-policy']).toBe(
    "default-src 'none'; script-src http://localhost:8080; frame-src http://localhost:8080",
  );
  const code = page.evaluate(
    (connectToken) => new Promise<string>((onSuccess, onExit) => { window.PelmConnect.open({ connectToken, onSuccess, onExit }); }),
    await connectToken(user),
  );
  await modal.ready();
  await modal.choose(PGE, 'pacific');
  await modal.signIn('user@pelm.com');
  await modal.share();
  await modal.linked();
  await modal.button('Done').click();
  await exchange(await code);
});

test('pages of ours run no foreign script, and text becomes markup only by a policy', async ({ modal, page, problems, user }) => {
  problems.expect(/Trusted|trusted|inline event handler|violated script-src-attr/);
  await modal.open(await connectToken(user));
  const frame = page.frames().find((one) => one.url().includes('/connect/frame'))!;
  const tried = await frame.evaluate(() => {
    const outcome = (attempt: () => void) => {
      try { attempt(); return 'taken'; } catch { return 'refused'; }
    };
    const place = document.createElement('div');
    const script = document.createElement('script');
    return [
      outcome(() => { place.innerHTML = '<p class="note">Words</p>'; }),
      outcome(() => { place.innerHTML = '<p>Words</p><script>alert(1)</' + 'script>'; }),
      outcome(() => { place.innerHTML = '<img src="data:," onerror="alert(1)">'; }),
      outcome(() => { place.innerHTML = '<a href=" javascript:alert(1)">x</a>'; }),
      outcome(() => { place.innerHTML = '<iframe srcdoc="x"></iframe>'; }),
      outcome(() => { script.text = 'alert(1)'; }),
      outcome(() => { script.src = 'https://evil.example/x.js'; }),
      outcome(() => { (window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }).trustedTypes.createPolicy('mine', {}); }),
    ];
  });
  expect(tried).toEqual(['taken', ...Array<string>(7).fill('refused')]);
});
