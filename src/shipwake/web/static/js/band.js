// Drag over the time band to see only that time; the filter is in the address, as every filter.
const LEAST_PX = 8;

function secondsAt(svg, clientX) {
  const [start, end, left, right] = svg.dataset.frame.split(" ").map(Number);
  const box = svg.getBoundingClientRect();
  const x = ((clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
  const share = Math.max(0, Math.min(1, (x - left) / (right - left)));
  return start + share * (end - start);
}

function shade(svg, from, to) {
  const mark = svg.querySelector(".dragged") ?? svg.appendChild(document.createElementNS(svg.namespaceURI, "rect"));
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  mark.setAttribute("class", "dragged");
  mark.setAttribute("x", (Math.min(from, to) - box.left) * scale);
  mark.setAttribute("y", 0);
  mark.setAttribute("width", Math.abs(to - from) * scale);
  mark.setAttribute("height", svg.viewBox.baseVal.height);
}

function filterBy(svg, from, to) {
  const [since, until] = [from, to].map((x) => secondsAt(svg, x)).sort((a, b) => a - b);
  const address = new URL(location.href);
  address.pathname = "/changes";
  address.searchParams.delete("cursor");
  address.searchParams.set("since", new Date(since * 1000).toISOString());
  address.searchParams.set("until", new Date(until * 1000).toISOString());
  location.assign(address);
}

export function begin() {
  let held = null;
  document.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest?.(".band-of-day");
    if (!svg || event.button !== 0 || event.pointerType === "touch") return;
    held = { svg, from: event.clientX };
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (held && Math.abs(event.clientX - held.from) >= LEAST_PX) shade(held.svg, held.from, event.clientX);
  });
  document.addEventListener("pointerup", (event) => {
    if (!held) return;
    const { svg, from } = held;
    held = null;
    if (Math.abs(event.clientX - from) >= LEAST_PX) filterBy(svg, from, event.clientX);
  });
  document.addEventListener("click", (event) => {
    if (document.querySelector(".dragged") && event.target.closest?.(".band-of-day")) event.preventDefault();
  }, true);
}
