// Paper has no dark mode and nothing to unfold: before a page is printed it turns light and content
// opens; solutions and code stay folded.  Afterwards all is as before.
(() => {
  const root = document.documentElement;
  const CONTENT = ".ledger-rows details, details.sd-dropdown";
  let before = null;
  addEventListener("beforeprint", () => {
    if (before) return;
    before = { theme: root.dataset.theme, mode: root.dataset.mode, opened: [] };
    root.dataset.theme = "light";
    for (const fold of document.querySelectorAll(CONTENT)) {
      if (!fold.open) {
        fold.open = true;
        before.opened.push(fold);
      }
    }
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    root.dataset.theme = before.theme;
    for (const fold of before.opened) fold.open = false;
    before = null;
  });
})();
