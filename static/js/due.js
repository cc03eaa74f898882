// The due list: who taps to call or to write has reminded, and that is noted while the phone or WhatsApp opens.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-remind]");
    if (!link) return;
    htmx.ajax("POST", link.dataset.remind, {
      source: link,
      target: link.closest(".due"),
      swap: "outerHTML",
      values: { way: link.dataset.way },
    });
  });
})();
