// What can be measured of a screen that is shown in a way of the customer's own: narrow, spaced out, in few colours.
// Each runs in the frame and gives what is wrong, one line per element; empty is good.

/** Text spacing of WCAG 1.4.12. Put in by the CSSOM, which the frame's policy does not concern. */
export function spaceOut() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** Everything that stands out of the window at its sides, and what would scroll sideways. */
export function sideways(): string[] {
  const wrong: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>('.sheet, .sheet *')) {
    if (!element.checkVisibility() || element.closest('.visually-hidden')) continue;
    const { left, right, width } = element.getBoundingClientRect();
    const name = `${element.localName}.${element.getAttribute('class') ?? ''}`;
    if (width > 0 && (left < -0.5 || right > innerWidth + 0.5)) wrong.push(`${name} reaches from ${left} to ${right} of ${innerWidth}`);
    const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
    if (scrolls && element.scrollWidth > element.clientWidth) wrong.push(`${name} scrolls sideways`);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page scrolls sideways');
  return wrong;
}

/** Text that is cut, or that leaves the control it belongs to. */
export function cut(): string[] {
  const wrong: string[] = [];
  const texts = document.createTreeWalker(document.querySelector('.sheet')!, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    const parent = text.parentElement!;
    if (!text.data.trim() || !parent.checkVisibility() || parent.closest('.visually-hidden, option')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const at = range.getBoundingClientRect();
    for (let box: Element | null = parent; box && box !== document.body; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box);
      const edge = box.getBoundingClientRect();
      const control = box.matches('button, a, label, .row, .note, .badge, .sandbox-mark');
      // What scrolls can be reached; what hides cannot.
      const wide = (overflowX === 'hidden' || control) && (at.left < edge.left - 1 || at.right > edge.right + 1);
      const high = control && (at.top < edge.top - 1 || at.bottom > edge.bottom + 1);
      const hidden = overflowY === 'hidden' && box.scrollHeight > box.clientHeight + 1 && !box.matches('.sheet, .main.select');
      if (wide || high || hidden) wrong.push(`“${text.data.trim().slice(0, 40)}” is cut by ${box.localName}.${box.className}`);
    }
  }
  for (const button of document.querySelectorAll('.with-button button')) {
    const field = button.parentElement!.querySelector('input')!;
    const style = getComputedStyle(field);
    const edge = field.getBoundingClientRect();
    const { left, right } = button.getBoundingClientRect();
    const room = parseFloat(style.paddingInlineEnd) + parseFloat(style.borderInlineEndWidth);
    const free = style.direction === 'rtl' ? edge.left + room >= right - 0.5 : edge.right - room <= left + 0.5;
    if (!free) wrong.push(`what is typed runs under “${button.textContent}”`);
  }
  return wrong;
}

/** Controls that a customer with few colours cannot tell from text. */
export function flat(): string[] {
  const seen = (color: string) => !/^rgba\(.*, 0\)$|^transparent$/.test(color);
  const lined = (element: Element) => {
    const { borderBlockEndColor, borderBlockEndStyle, borderBlockEndWidth, outlineColor, outlineStyle, backgroundColor } = getComputedStyle(element);
    const border = borderBlockEndStyle !== 'none' && parseFloat(borderBlockEndWidth) > 0 && seen(borderBlockEndColor) && borderBlockEndColor !== backgroundColor;
    return border || (outlineStyle !== 'none' && seen(outlineColor));
  };
  const marked = (element: Element) => {
    const icon = element.querySelector('svg');
    const drawn = icon && seen(getComputedStyle(icon).stroke) && getComputedStyle(icon).stroke !== getComputedStyle(element).backgroundColor;
    return drawn || getComputedStyle(element).textDecorationLine.includes('underline');
  };
  const wrong: string[] = [];
  for (const element of document.querySelectorAll('.sheet, .leave-card, .input, .choice, .offer, .drop, button, .sheet a, [role="option"][aria-selected="true"]')) {
    if (!element.checkVisibility()) continue;
    // The screen below a question is not to be used.
    if (element.closest('[inert]')) continue;
    const boxed = element.matches('.sheet, .leave-card, .input, .choice, .offer, .drop, .primary, .quiet, [role="option"]');
    if (!lined(element) && (boxed || !marked(element))) wrong.push(`${element.localName}.${element.className} “${element.textContent!.trim().slice(0, 30)}” has no edge`);
  }
  return wrong;
}

/** Targets below 24 by 24 pixels that others are too close to: WCAG 2.5.8. */
export function small(): string[] {
  const targets = [...document.querySelectorAll('.sheet :is(button, a, input, [role="option"])')].filter((t) => t.checkVisibility() && !t.closest('[inert]'));
  const boxes = targets.map((target) => target.getBoundingClientRect());
  const wrong: string[] = [];
  boxes.forEach((box, i) => {
    if (box.width >= 24 && box.height >= 24) return;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const near = boxes.some((other, j) => {
      if (i === j || targets[i]!.contains(targets[j]!) || targets[j]!.contains(targets[i]!)) return false;
      const [dx, dy] = [Math.max(other.left - x, 0, x - other.right), Math.max(other.top - y, 0, y - other.bottom)];
      return Math.hypot(dx, dy) < 12;
    });
    if (near) wrong.push(`${targets[i]!.localName} “${targets[i]!.textContent!.trim().slice(0, 30)}” is ${box.width} by ${box.height}`);
  });
  return wrong;
}

/** Animations that time drives. What follows a scroll bar stands still with it. */
export function moving(): string[] {
  return document.getAnimations().filter((a) => a.timeline === document.timeline && a.playState === 'running').map((a) => `${(a as CSSAnimation).animationName ?? 'a transition'} runs`);
}

/** What has the focus, and whether it can be seen: inside everything that clips it, under nothing, with a whole ring. */
export async function focused(): Promise<{ name: string; wrong?: string }> {
  // The browser scrolls to it with the next picture.
  await new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); });
  const element = document.activeElement!;
  // Between the last control and the first the focus is in the page's own dialog.
  if (element === document.body || !document.hasFocus()) return { name: '' };
  const name = `${element.localName}#${element.id} “${(element.getAttribute('aria-label') ?? element.textContent!).trim().slice(0, 30)}”`;
  const shown = element.matches('.drop input') ? element.closest('.drop')! : element;
  const box = shown.getBoundingClientRect();
  let [top, bottom, left, right] = [0, innerHeight, 0, innerWidth];
  for (let up = shown.parentElement; up; up = up.parentElement) {
    if (getComputedStyle(up).overflowY === 'visible') continue;
    const edge = up.getBoundingClientRect();
    [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
  }
  const says = (what: string) => ({ name, wrong: `${name} ${what}` });
  // What is higher than the window is shown as far as there is room.
  const fits = box.height <= bottom - top;
  const inside = fits ? box.top >= top - 1 && box.bottom <= bottom + 1 : box.top < bottom && box.bottom > top;
  if (!inside || box.left < left - 1 || box.right > right + 1) {
    return says(`has the focus from ${Math.round(box.top)} to ${Math.round(box.bottom)}; seen is ${Math.round(top)} to ${Math.round(bottom)}`);
  }
  const [x, y] = [(Math.max(left, box.left) + Math.min(right, box.right)) / 2, (Math.max(top, box.top) + Math.min(bottom, box.bottom)) / 2];
  const over = document.elementFromPoint(x, y);
  if (!over || !(over.contains(element) || element.contains(over))) return says(`has the focus under ${over?.localName}.${over?.className}`);
  // A heading has the focus for being read, not for being used.
  if (element.matches('h1, .sheet')) return { name };
  const { outlineColor, outlineOffset, outlineStyle, outlineWidth } = getComputedStyle(shown);
  if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2 || /^rgba\(.*, 0\)$/.test(outlineColor)) return says('has the focus and no ring');
  const ring = parseFloat(outlineOffset) + 1;
  const sides = [box.left - ring >= left - 1, box.right + ring <= right + 1, !fits || box.top - ring >= top - 1, !fits || box.bottom + ring <= bottom + 1];
  return sides.every(Boolean) ? { name } : says(`has a ring that is cut: left, right, top, bottom ${sides.join(', ')}`);
}
