// One key for each thing a hand does often; none fires in a field or with a modifier.
import { turn } from "./zone.js";

const SECTIONS = { 1: "first", 2: "how", 3: "suspects", 4: "normal", 5: "looks", 6: "conversation" };
let chosen = -1;

function move(by) {
  const rows = [...document.querySelectorAll(".row")];
  if (!rows.length) {
    document.getElementById(by > 0 ? "older" : "newer")?.click();
    return;
  }
  chosen = Math.max(0, Math.min(rows.length - 1, chosen + by));
  rows.forEach((row, i) => row.classList.toggle("chosen", i === chosen));
  rows[chosen].querySelector("a").focus();
  rows[chosen].scrollIntoView({ block: "nearest" });
}

function search() {
  document.getElementById("search-form")?.classList.add("asked");
  document.getElementById("search")?.select();
}

function section(key) {
  const id = SECTIONS[key];
  if (document.body.dataset.page !== "change" || !document.getElementById(id)) return;
  location.hash = id;
}

function environments() {
  const menu = document.getElementById("environments");
  if (!menu) return;
  menu.open = !menu.open;
  menu.querySelector(menu.open ? "li a" : "summary").focus();
}

const DOES = {
  "/": search,
  j: () => move(1),
  k: () => move(-1),
  o: () => document.querySelector(".hand, .drawn")?.focus(),
  c: () => document.getElementById("text")?.focus(),
  r: () => document.getElementById("raw")?.click(),
  m: () => document.querySelector(".map select, .map input:not([type=hidden])")?.focus(),
  e: environments,
  t: turn,
  "?": () => location.assign("/keys"),
};

function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(but)) menu.open = false;
  }
}

function pressed(event) {
  if (event.key === "Escape") {
    closeMenus(null);
    document.activeElement?.blur();
    return;
  }
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (field || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key in SECTIONS) section(event.key);
  const does = DOES[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

export function begin() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.getElementById("ask")?.addEventListener("click", search);
}
