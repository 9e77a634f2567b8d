// What every page does where scripts run; without them it reads the same.
import * as band from "./band.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as zone from "./zone.js";

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("shipwake-theme", root.dataset.theme);
  } catch {
    // It holds for this page only.
  }
}

function remembered() {
  const author = document.getElementById("author");
  if (!author) return;
  try {
    author.value ||= localStorage.getItem("shipwake-author") ?? "";
    author.addEventListener("change", () => localStorage.setItem("shipwake-author", author.value));
  } catch {
    // The name is asked for again.
  }
}

document.getElementById("theme")?.addEventListener("click", theme);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id === "reply" && event.detail.successful) document.getElementById("text").value = "";
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
  button.textContent = "Copied";
});
remembered();
zone.begin();
keys.begin();
live.begin();
band.begin();
