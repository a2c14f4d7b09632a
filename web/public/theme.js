// A file of its own, loaded before the first paint: inline scripts are forbidden by the page's policy.
(() => {
  try {
    const theme = localStorage.getItem("holdfast.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's choice stands.
  }
})();
