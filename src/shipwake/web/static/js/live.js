// News as it comes: the state is told at once, rows never jump under the pointer, "2 new" waits at the top.
const CALM_MS = 1500;
const { page, change: shown } = document.body.dataset;
const news = new Set();
let waiting = 0;

function announce(text) {
  const line = document.getElementById("announce");
  if (line) line.textContent = text;
}

function dot(alive) {
  const mark = document.getElementById("live");
  if (!mark) return;
  mark.hidden = false;
  mark.classList.toggle("lost", !alive);
  mark.lastElementChild.textContent = alive ? "live" : "not live";
  mark.title = alive ? "This page follows the verdicts as they come." : "The connection was lost; what you see was true then.";
}

function calmly(does) {
  clearTimeout(waiting);
  waiting = setTimeout(does, CALM_MS);
}

function onList(verdict) {
  const environment = new URLSearchParams(location.search).get("environment");
  if (environment && verdict.environment && verdict.environment !== environment) return;
  news.add(verdict.change);
  calmly(() => {
    if (!document.querySelector(".row")) {
      showNews();
      return;
    }
    htmx.ajax("GET", location.href, { target: "#lead", select: "#lead", swap: "outerHTML" });
    const bar = document.getElementById("fresh");
    bar.hidden = false;
    bar.firstElementChild.textContent = `${news.size} new: show`;
    announce(`${news.size} changes have a new verdict`);
  });
}

function showNews() {
  news.clear();
  document.getElementById("fresh").hidden = true;
  htmx.trigger("#changes", "refresh");
}

function onChange(verdict) {
  if (verdict.change !== shown) return;
  announce(`${verdict.health}: ${verdict.sentence}`);
  calmly(() => htmx.trigger("#change", "refresh"));
}

export function begin() {
  if (!window.EventSource || (page !== "changes" && page !== "change")) return;
  document.getElementById("fresh")?.addEventListener("click", showNews);
  const about = page === "change" ? `?change=${encodeURIComponent(shown)}` : "";
  const stream = new EventSource(`/api/v1/stream${about}`);
  stream.addEventListener("open", () => dot(true));
  stream.addEventListener("error", () => dot(false));
  stream.addEventListener("verdict", (event) => {
    dot(true);
    const verdict = JSON.parse(event.data);
    if (page === "change") onChange(verdict);
    else onList(verdict);
  });
}
