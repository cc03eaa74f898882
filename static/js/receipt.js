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

  // A receipt that is given out is noted first; what comes back is what is to be printed: an original, or a duplicate.
  const form = document.getElementById("print-form");
  const given = (way) => {
    const told = new FormData(form);
    told.set("way", way);
    return fetch(form.action, { method: "POST", body: told, keepalive: true });
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const pressed = form.querySelector("button");
      pressed.disabled = true;
      try {
        const answer = await given("print");
        if (!answer.ok) throw new Error(answer.statusText);
        const paper = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".receipt");
        document.querySelector(".receipt").replaceWith(paper);
        measure();
        window.print();
      } catch {
        window.alert("The receipt could not be noted, so nothing was printed. Try again.");
      }
      pressed.disabled = false;
    });
    document.getElementById("send")?.addEventListener("click", () => given("message"));
  }

  // CSS knows no page that is as long as what is on it: the height on the screen, where letters are larger, is enough.
  const pages = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, pages];
  function measure() {
    const receipt = document.querySelector(".receipt");
    if (!receipt || receipt.classList.contains("paper-a4")) return;
    const length = Math.max(Math.ceil(receipt.offsetHeight * MM) + 6, 90);
    const slip = receipt.classList.contains("paper-58") ? "slip-58 { size: 58mm" : "{ size: 80mm";
    pages.replaceSync(`@page ${slip} ${length}mm; }`);
  }
  measure();
  window.addEventListener("beforeprint", measure);
})();
