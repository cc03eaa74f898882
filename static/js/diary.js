// The form of an appointment or a booking: products are offered while a line is typed, and a line more needs no server.
(() => {
  "use strict";

  const OFFER_AFTER = 200; // milliseconds after the last key in a line
  const lines = document.getElementById("lines");
  if (!lines) return;

  let timer;
  lines.addEventListener("input", (event) => {
    if (event.target.name !== "line_name") return;
    clearTimeout(timer);
    const text = event.target.value;
    if (!text.trim()) return;
    timer = setTimeout(() => {
      const asked = { target: "#line-products", swap: "innerHTML", values: { line_name: text }, source: lines };
      htmx.ajax("GET", lines.dataset.products, asked).catch(() => {});
    }, OFFER_AFTER);
  });

  document.getElementById("more").addEventListener("click", (event) => {
    event.preventDefault();
    lines.append(document.getElementById("line-template").content.cloneNode(true));
    lines.lastElementChild.querySelector("[name=line_name]").focus();
  });
})();
