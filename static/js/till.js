// The count of a till: what the notes and coins make, line by line and together, while they are typed.
(() => {
  "use strict";

  const form = document.getElementById("till-count");
  const fields = form ? [...form.querySelectorAll("[data-piece]")] : [];
  if (!fields.length) return;
  const sum = document.getElementById("till-sum");
  const counted = form.querySelector("[name=counted]");
  const { currency } = form.dataset;
  const shown = (paise) =>
    new Intl.NumberFormat(currency === "INR" ? "en-IN" : "en", { style: "currency", currency }).format(paise / 100);

  const add = () => {
    let total = 0;
    for (const field of fields) {
      const number = /^[0-9]{1,5}$/.test(field.value.trim()) ? Number(field.value) : 0;
      const worth = number * Math.round(Number(field.dataset.piece) * 100);
      total += worth;
      field.nextElementSibling.textContent = worth ? shown(worth) : "";
    }
    sum.textContent = shown(total);
    sum.parentElement.hidden = !total;
    if (counted) counted.placeholder = total ? (total / 100).toFixed(2) : "";
  };

  form.addEventListener("input", add);
  form.addEventListener("keydown", (event) => {
    // Enter goes on to the next note, as at a calculator; the form is sent from its button.
    const at = fields.indexOf(event.target);
    if (event.key !== "Enter" || at < 0) return;
    event.preventDefault();
    (fields[at + 1] || counted).focus();
  });
  add();
})();
