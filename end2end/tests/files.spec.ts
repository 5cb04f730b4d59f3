// A customer's own Green Button file, for a utility that cannot be linked.
import { accounts, connectToken, exchange, read } from '../support/api';
import { expect, test } from '../support/fixtures';
import { CHEROKEE, SAMPLE } from '../support/modal';

test.beforeEach(async ({ modal, start }) => {
  await start('cherokee-electric-cooperative');
  await modal.proceed();
  await modal.at(`Sign in to ${CHEROKEE}`);
  await modal.button(/as a file/).click();
  await modal.at('Upload your Green Button file');
});

test('upload, preview, link; the company reads what the file holds', async ({ modal, axe }) => {
  await modal.give('usage.xml', SAMPLE);
  await modal.at('Here is what we found');
  await expect(modal.title).toBeFocused();
  const meter = modal.frame.locator('.found').first();
  await expect(meter).toContainText('Electricity');
  await expect(meter).toContainText('2,882 kWh');
  await expect(meter).toContainText('768 readings');
  await axe();
  await modal.button('Link this data').click();
  await modal.linked(CHEROKEE);
  const token = await exchange(await modal.done());
  const [account] = await accounts(token);
  const month = `account_id=${account!.id}&type=ELECTRIC&start_date=1314835200&end_date=1320105600`;
  const { intervals } = (await (await read(token, `/intervals?${month}`)).json()) as { intervals: { usage: number }[] };
  expect(intervals.length).toBe(768);
  expect(Math.round(intervals.reduce((sum, { usage }) => sum + usage * 1000, 0))).toBe(2_882_000);
});

test('a file is dropped anywhere on the screen; elsewhere it opens nothing', async ({ modal, page }) => {
  const drop = async (selector: string) => modal.document().evaluate(([at, text]) => {
    const files = new DataTransfer();
    files.items.add(new File([text!], 'usage.xml', { type: 'text/xml' }));
    const target = document.querySelector(at!)!;
    const over = new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer: files });
    const dropped = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: files });
    target.dispatchEvent(over);
    const marked = document.body.hasAttribute('data-drag');
    target.dispatchEvent(dropped);
    return [marked, over.defaultPrevented && dropped.defaultPrevented];
  }, [selector, SAMPLE.toString()] as const);
  expect(await drop('.todo')).toEqual([true, true]);
  await modal.at('Here is what we found');
  expect(await drop('.accounts')).toEqual([false, true]);
  await modal.at('Here is what we found');
  expect(page.url()).not.toContain('usage.xml');
});

test('what is wrong with a file is said, with the place; the next one may be good', async ({ modal }) => {
  const field = modal.frame.locator('#file');
  await modal.give('page.xml', '<!doctype html><html><body>Please sign in</body></html>');
  await expect(modal.alert).toContainText('This is a web page, not the data.');
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await modal.give('broken.xml', '<feed xmlns="http://www.w3.org/2005/Atom">\n<entry>\n</feed>');
  await expect(modal.alert).toContainText('At line 3');
  await modal.give('empty.xml', '');
  await expect(modal.alert).toContainText('This file is empty.');
  await modal.give('usage.xml', SAMPLE);
  await modal.at('Here is what we found');
  await modal.button('Choose another file').click();
  await modal.at('Upload your Green Button file');
  await modal.button('Back').click();
  await modal.at(`Sign in to ${CHEROKEE}`);
});

test('a file that is too large is refused without being sent', async ({ modal, page }) => {
  const sent: number[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/_connect/file')) sent.push(request.postDataBuffer()?.length ?? 0);
  });
  await modal.document().evaluate(() => { document.getElementById('file')!.dataset['largest'] = '10'; });
  // Its size is what counts; nobody wants 64 MB in a test.
  await page.route('**/_connect/file', (route) => route.continue({ headers: { ...route.request().headers(), 'x-connect-size': String(65 << 20) } }));
  await modal.give('usage.xml', SAMPLE);
  await expect(modal.alert).toContainText('This file is larger than 64 MB.');
  expect(sent).toEqual([0]);
});

test('the connection is lost during an upload: the file can be given again', async ({ modal, page, problems }) => {
  problems.expect(/net::ERR_FAILED/);
  await page.route('**/_connect/file', (route) => route.abort());
  await modal.give('usage.xml', SAMPLE);
  await expect(modal.frame.locator('.network').getByRole('alert')).toContainText('The connection was lost.');
  await expect(modal.frame.locator('.drop-do')).toHaveText('Choose a file');
  await page.unroute('**/_connect/file');
  await modal.give('usage.xml', SAMPLE);
  await modal.at('Here is what we found');
});

test('leaving a preview asks first; the next time the file is asked for again', async ({ modal, user }) => {
  await modal.give('usage.xml', SAMPLE);
  await modal.at('Here is what we found');
  await modal.close();
  await expect(modal.question).toBeVisible();
  await modal.button('Keep going').click();
  await modal.button('Link this data').click();
  await modal.linked(CHEROKEE);
  await modal.done();
  await modal.reopen(await connectToken(user));
  await modal.at('Upload your Green Button file');
  await expect(modal.button('Back')).toBeHidden();
});
