// The receipt: printed by the browser on a slip of its own length, and Enter goes on to the next sale.
(() => {
  "use strict";

  const MM = 25.4 / 96; // of a CSS pixel
  const button = document.getElementById("print");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  document.getElementById("next-sale")?.focus();

  // CSS knows no page that is as long as what is on it: the height on the screen, where letters are larger, is enough.
  const receipt = document.querySelector(".receipt");
  if (!receipt || receipt.classList.contains("paper-a4")) return;
  const pages = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, pages];
  const measure = () => {
    const length = Math.max(Math.ceil(receipt.offsetHeight * MM) + 6, 90);
    const slip = receipt.classList.contains("paper-58") ? "slip-58 { size: 58mm" : "{ size: 80mm";
    pages.replaceSync(`@page ${slip} ${length}mm; }`);
  };
  measure();
  window.addEventListener("beforeprint", measure);
})();
