// The receipt: printed by the browser, and Enter goes on to the next sale.
(() => {
  "use strict";

  const button = document.getElementById("print");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  document.getElementById("next-sale")?.focus();
})();
