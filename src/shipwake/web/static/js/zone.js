// Times in UTC or in the viewer's own zone; every time on a page carries its instant.
const KEY = "shipwake-zone";
const DAY = { weekday: "short", day: "numeric", month: "short" };
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECOND = { ...CLOCK, second: "2-digit" };

function stored() {
  try {
    return localStorage.getItem(KEY) === "own";
  } catch {
    return false;
  }
}

let own = stored();

function say(at, form) {
  const timeZone = own ? undefined : "UTC";
  const part = (options) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(at).replace(",", "");
  if (form === "day") return part(DAY);
  if (form === "moment") return `${part(DAY)} ${part(SECOND)}`;
  return part(form === "second" ? SECOND : CLOCK);
}

export function instant(seconds) {
  return say(new Date(seconds * 1000), "second");
}

export function zoneName() {
  return own ? new Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";
}

export function tell(root = document) {
  for (const el of root.querySelectorAll("time[data-form]")) {
    el.textContent = say(new Date(el.dateTime), el.dataset.form);
  }
  for (const el of root.querySelectorAll("[data-at]")) {
    el.textContent = say(new Date(Number(el.dataset.at) * 1000), el.dataset.form);
  }
  for (const el of document.querySelectorAll(".zone-name")) el.textContent = zoneName();
  const button = document.getElementById("zone");
  if (button) {
    button.textContent = own ? zoneName().split("/").pop().replaceAll("_", " ") : "UTC";
    button.setAttribute("aria-pressed", String(own));
  }
}

export function turn() {
  own = !own;
  try {
    localStorage.setItem(KEY, own ? "own" : "utc");
  } catch {
    // It holds for this page only.
  }
  tell();
}

export function begin() {
  document.getElementById("zone")?.addEventListener("click", turn);
  if (own) tell();
  document.addEventListener("htmx:afterSwap", () => own && tell());
}
