// A screen reader as far as words go: what it says when the focus moves, what is announced by itself, and what it finds
// on reading down. The words come from the browser's own accessibility tree, which is what a real one is given.
//
// Not by a library that plays a screen reader in the page, such as @guidepup/virtual-screen-reader: it computes a tree
// of its own, and misses an alert that comes into the page with its words, as all of ours do.
import type { CDPSession, Frame, Page } from '@playwright/test';
import { listen } from './listen';

const whole = (session: CDPSession) => session.send('Accessibility.getFullAXTree');
type Node = Awaited<ReturnType<typeof whole>>['nodes'][number];
type Tree = Map<string, Node>;

const role = (node: Node) => String(node.role?.value ?? '');
const name = (node: Node) => String(node.name?.value ?? '').replace(/\s+/g, ' ').trim();
const property = (node: Node, key: string): unknown => node.properties?.find((p) => p.name === key)?.value.value;

/** Roles whose name is their content: what is inside is not read once more. */
const WHOLE = new Set(['heading', 'button', 'link', 'option', 'textbox', 'combobox', 'checkbox', 'radio', 'img', 'image', 'progressbar']);
const LANDMARKS: Record<string, string> = { main: 'main', banner: 'banner', contentinfo: 'content information', navigation: 'navigation' };
/** What is said on the way into them, before what is inside. */
const SURROUNDINGS = new Set(['dialog', 'alertdialog', 'alert', 'status', 'list', 'listbox', 'form', 'region', 'group', 'Iframe', ...Object.keys(LANDMARKS)]);

/** The words for one element, without what surrounds it. */
function phrase(node: Node, children: number, secret: boolean): string {
  const said: (string | false)[] = [];
  const kind = role(node);
  const pressed = property(node, 'pressed');
  switch (kind) {
    case 'StaticText': return name(node);
    case 'heading': said.push(`heading level ${property(node, 'level')}`, name(node)); break;
    case 'textbox': said.push(name(node), secret ? 'protected edit' : 'edit'); break;
    case 'combobox': said.push(name(node), 'combo box'); break;
    case 'button': said.push(name(node), pressed === undefined ? 'button' : 'toggle button'); break;
    case 'Iframe': said.push(name(node), 'frame'); break;
    case 'list': return `list with ${children} item${children === 1 ? '' : 's'}`;
    case 'listbox': return [name(node), `list box with ${children} options`].filter(Boolean).join(', ');
    default: said.push(name(node), LANDMARKS[kind] ? `${LANDMARKS[kind]} landmark` : kind);
  }
  if (pressed !== undefined) said.push(pressed === 'true' ? 'pressed' : 'not pressed');
  const checked = property(node, 'checked');
  if (checked !== undefined) said.push(checked === 'true' ? 'checked' : 'not checked');
  if (property(node, 'expanded') !== undefined) said.push(property(node, 'expanded') ? 'expanded' : 'collapsed');
  said.push(
    property(node, 'selected') === true && 'selected',
    property(node, 'disabled') === true && 'unavailable',
    property(node, 'busy') === true && 'busy',
    property(node, 'required') === true && 'required',
    property(node, 'invalid') === 'true' && 'invalid entry',
  );
  const description = String(node.description?.value ?? '').replace(/\s+/g, ' ').trim();
  const value = ['textbox', 'combobox'].includes(kind) ? String(node.value?.value ?? '') : '';
  said.push(description && `described as “${description}”`, value && `“${value}”`);
  return said.filter(Boolean).join(', ');
}

export class Reader {
  readonly #lines: string[] = [];
  #own?: CDPSession;
  /** What surrounds the element that has the focus: said on the way in only. */
  #inside: string[] = [];
  #lost = true;
  #secret: number[] = [];

  private constructor(private readonly page: Page, private readonly frame: () => Frame) {}

  /** Before the page is opened. */
  static async listen(page: Page, frame: () => Frame): Promise<Reader> {
    await page.addInitScript(listen);
    return new Reader(page, frame);
  }

  get transcript(): string {
    // Times run.
    return `${this.#lines.join('\n').replace(/\b\d:\d\d\b/g, 'm:ss').trim()}\n`;
  }

  /** Writes down what the customer does next. */
  does(what: string) {
    this.#lines.push('', `> ${what}`);
  }

  /** Leaves out what was said up to now. */
  async skip() {
    await this.heard();
    this.#lines.length = 0;
  }

  /** The way from the page into the frame, as it is said on opening. */
  async enters() {
    const session = await this.page.context().newCDPSession(this.page);
    const tree = await this.#tree(session);
    const frame = [...tree.values()].find((node) => role(node) === 'Iframe' && !node.ignored);
    if (!frame) throw new Error('the frame is not in the page’s tree');
    for (const node of [...this.#around(tree, frame), frame]) this.#lines.push(`  focus: ${this.#phrase(tree, node)}`);
    await session.detach();
  }

  /** What was said since it was last asked, in its order. */
  async heard() {
    const frame = this.frame();
    // The focus moves with the next picture.
    await frame.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const entries = await frame.evaluate(() => {
      window.taken = window.heard.splice(0);
      return window.taken.map((entry) => ({ kind: entry.kind, text: 'text' in entry ? entry.text : undefined }));
    });
    const session = await this.#session();
    const tree = await this.#tree(session);
    for (const [i, { kind, text }] of entries.entries()) {
      const said = text === undefined ? await this.#element(session, tree, i, kind === 'focus') : [text];
      this.#lines.push(...said.map((line) => `  ${kind}: ${line}`));
    }
    const lost = await frame.evaluate(() => document.activeElement === document.body);
    if (lost && !this.#lost) this.#lines.push('  focus: nowhere');
    if (lost) this.#inside = [];
    this.#lost = lost;
  }

  /** Reads the whole frame down, from its first word. */
  async reads() {
    const tree = await this.#tree(await this.#session());
    const root = [...tree.values()].find((node) => !node.parentId)!;
    this.#lines.push('  reads down:');
    this.#read(tree, root, '    ');
  }

  async #session(): Promise<CDPSession> {
    this.#own ??= await this.page.context().newCDPSession(this.frame());
    return this.#own;
  }

  async #tree(session: CDPSession): Promise<Tree> {
    // Said of a field, though not in this tree.
    const { root } = await session.send('DOM.getDocument', { depth: 0 });
    const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'input[type="password"]' });
    const fields = await Promise.all(nodeIds.map((nodeId) => session.send('DOM.describeNode', { nodeId })));
    this.#secret = fields.map(({ node }) => node.backendNodeId);
    const { nodes } = await whole(session);
    return new Map(nodes.map((node) => [node.nodeId, node]));
  }

  /** The words for an element that was noted, with what it lies in if the focus went in there with it. */
  async #element(session: CDPSession, tree: Tree, i: number, moves: boolean): Promise<string[]> {
    const { result } = await session.send('Runtime.evaluate', { expression: `taken[${i}].element` });
    const { node: { backendNodeId } } = await session.send('DOM.describeNode', { objectId: result.objectId });
    const node = [...tree.values()].find((n) => n.backendDOMNodeId === backendNodeId);
    // Gone again: the next focus cuts short what was said of it.
    if (!node || node.ignored) return [];
    const around = moves ? this.#around(tree, node) : [];
    const entered = around.filter((n) => !this.#inside.includes(n.nodeId));
    if (moves) this.#inside = around.map((n) => n.nodeId);
    return [...entered, node].map((n) => this.#phrase(tree, n));
  }

  /** What is said before what is inside. A form has no name and is not. */
  #spoken(node: Node): boolean {
    return !node.ignored && SURROUNDINGS.has(role(node)) && !(role(node) === 'form' && !name(node));
  }

  #around(tree: Tree, node: Node): Node[] {
    const path: Node[] = [];
    for (let up = tree.get(node.parentId ?? ''); up; up = tree.get(up.parentId ?? '')) if (this.#spoken(up)) path.unshift(up);
    return path;
  }

  /** Children that are in the tree. */
  #children(tree: Tree, node: Node): Node[] {
    return (node.childIds ?? []).flatMap((id) => {
      const child = tree.get(id);
      if (!child) return [];
      return child.ignored ? this.#children(tree, child) : [child];
    });
  }

  #phrase(tree: Tree, node: Node): string {
    return phrase(node, this.#children(tree, node).length, this.#secret.includes(node.backendDOMNodeId ?? 0));
  }

  #read(tree: Tree, node: Node, indent: string) {
    const children = this.#children(tree, node);
    const whole = role(node) === 'StaticText' || WHOLE.has(role(node));
    // A region that waits for words is not met.
    const said = whole || (this.#spoken(node) && (children.length > 0 || name(node) !== ''));
    const text = said ? this.#phrase(tree, node) : '';
    if (text) this.#lines.push(`${indent}${text}`);
    if (!whole) for (const child of children) this.#read(tree, child, said ? `${indent}  ` : indent);
  }
}
