// The hand over a chart: a crosshair with numbers, the same instant on all charts of the page.
// The server's drawing stays; uPlot lies over its plotting area and draws nothing but the cursor.
import { instant } from "./zone.js";

const SYNC = "charts";

function shownDrawing(figure) {
  return [...figure.querySelectorAll("svg[data-frame]")].find((svg) => svg.getBoundingClientRect().width > 0);
}

function frameOf(svg) {
  const [start, end, left, right, top, foot, low, high] = svg.dataset.frame.split(" ").map(Number);
  return { start, end, left, right, top, foot, low, high, width: svg.viewBox.baseVal.width };
}

function place(layer, figure, svg, frame) {
  const outer = figure.getBoundingClientRect();
  const inner = svg.getBoundingClientRect();
  const scale = inner.width / frame.width;
  layer.style.left = `${inner.left - outer.left + frame.left * scale}px`;
  layer.style.top = `${inner.top - outer.top + frame.top * scale}px`;
  return { width: Math.round((frame.right - frame.left) * scale), height: Math.round((frame.foot - frame.top) * scale) };
}

function options(frame, size, say) {
  return {
    ...size,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { x: { range: () => [frame.start, frame.end] }, y: { range: () => [frame.low, frame.high] } },
    series: [{}, { paths: () => null, points: { show: false } }],
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: SYNC, setSeries: false } },
    hooks: { setCursor: [(u) => say(u.cursor.idx)] },
  };
}

function sentence(table, i) {
  const row = table.rows[i];
  if (!row) return "";
  const parts = [instant(table.times_s[i]), row.value === "–" ? "no data" : row.value];
  if (row.expected !== "–") parts.push(`expected ${row.expected}`);
  if (row.total) parts.push(`traffic ${row.total}`);
  if (row.note) parts.push(row.note);
  return parts.join(" · ");
}

function jump(u, seconds) {
  u.setCursor({ left: u.valToPos(seconds, "x"), top: u.over.clientHeight / 2 });
}

function listen(layer, u, table, readout) {
  let at = table.times_s.length - 1;
  layer.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) at = Math.max(0, Math.min(table.times_s.length - 1, (u.cursor.idx ?? at) + by));
    else if (event.key === "m") at = nextMarker(table, u.cursor.idx ?? -1);
    else return;
    event.preventDefault();
    readout.setAttribute("aria-live", "polite");
    jump(u, table.times_s[at]);
  });
}

function nextMarker(table, from) {
  const places = table.markers.map((m) => table.times_s.findIndex((t) => t >= m.at_s)).filter((i) => i >= 0);
  places.sort((a, b) => a - b);
  return places.find((i) => i > from) ?? places[0] ?? 0;
}

async function lay(figure) {
  if (figure.dataset.laid) return;
  figure.dataset.laid = "1";
  const answer = await fetch(figure.dataset.values, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const table = await answer.json();
  const svg = shownDrawing(figure);
  if (!svg || !table.times_s.length) return;
  const frame = frameOf(svg);
  const layer = document.createElement("div");
  layer.className = "hand";
  layer.tabIndex = 0;
  layer.setAttribute("role", "group");
  layer.setAttribute("aria-label", `Values of ${table.sli}: left and right move a sample, m goes to the next marker`);
  figure.append(layer);
  const readout = figure.querySelector(".readout");
  const say = (i) => { readout.textContent = i == null ? "" : sentence(table, i); };
  const u = new uPlot(options(frame, place(layer, figure, svg, frame), say), [table.times_s, table.values], layer);
  listen(layer, u, table, readout);
  new ResizeObserver(() => {
    const now = shownDrawing(figure);
    if (now) u.setSize(place(layer, figure, now, frameOf(now)));
  }).observe(figure);
}

function begin(root) {
  for (const figure of root.querySelectorAll("figure.drawn[data-values]")) {
    if (figure.dataset.laid) continue;
    figure.tabIndex = -1;
    figure.addEventListener("pointerenter", () => lay(figure), { once: true });
    figure.addEventListener("focus", async () => {
      await lay(figure);
      figure.querySelector(".hand")?.focus();
    });
  }
}

if (window.uPlot) begin(document);
document.addEventListener("htmx:afterSettle", () => window.uPlot && begin(document));
