// Before anything is painted: scripts run, and the theme that was chosen holds.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("shipwake-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is refused: the system's theme holds.
  }
})();
