"""What an eye and a hand would find on a page, as scripts that run in it: contrast, names, sizes, sideways scroll."""

CONTRAST = """
() => {
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const [r, g, b, a] = rgba(getComputedStyle(at).backgroundColor);
      if (a === 255) return [r, g, b];
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor).slice(0, 3);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const el = walker.currentNode.parentElement;
    if (!text || !el.checkVisibility({ visibilityProperty: true }) || el.closest(".unseen, .skip, noscript")) continue;
    const style = getComputedStyle(el);
    const ink = rgba(el instanceof SVGElement ? style.fill : style.color).slice(0, 3);
    const [a, b] = [light(ink), light(ground(el))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 600);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${el.tagName} ${text.slice(0, 40)}`);
  }
  return [...new Set(found)];
}
"""
"""Texts whose contrast with the ground behind them is below WCAG 2.2 AA."""

NAMELESS = """
() => {
  const named = (el) => el.getAttribute("aria-label") || el.getAttribute("title") || el.textContent.trim()
    || (el.labels && [...el.labels].some((l) => l.textContent.trim()));
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, nav, aside"
    + ", [role=img], [role=region]";
  return [...document.querySelectorAll(wanted)]
    .filter((el) => el.checkVisibility() && !named(el))
    .map((el) => el.outerHTML.slice(0, 120));
}
"""
"""Controls, pictures and landmarks that have no name."""

SMALL = """
(least) => [...document.querySelectorAll("button, .button, .pick, .quiet, summary.button, select, .rooms a")]
  .filter((el) => el.checkVisibility())
  .map((el) => [el.getBoundingClientRect(), el])
  .filter(([box, el]) => box.height < least - 0.5 || box.width < Math.min(least, 40))
  .map(([box, el]) => `${Math.round(box.width)}x${Math.round(box.height)} ${el.textContent.trim() || el.id}`)
"""
"""Targets lower than `least`."""

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""How far a page can be scrolled sideways."""

TINY = """
() => [...new Set([...document.querySelectorAll("body *")]
  .filter((el) => el.checkVisibility() && !el.closest(".unseen, svg"))
  .filter((el) => [...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  .filter((el) => parseFloat(getComputedStyle(el).fontSize) < 12)
  .map((el) => `${getComputedStyle(el).fontSize} ${el.textContent.trim().slice(0, 40)}`))]
"""
"""Words smaller than 12 px."""

LEVELS = """
() => [...document.querySelectorAll("h1, h2, h3, h4")]
  .filter((h) => h.checkVisibility())
  .map((h) => Number(h.tagName[1]))
"""
"""The levels of the headings in their order."""
