// A page of a paper khata, typed: Enter goes to the next row and makes one where there is none, totals run along.
(() => {
  "use strict";

  const form = document.getElementById("khata");
  if (!form) return;
  const rows = document.getElementById("khata-rows");
  const most = Number(form.dataset.most);
  const AMOUNT = /^[0-9]{1,10}(\.[0-9]{0,2})?$|^\.[0-9]{1,2}$/;

  const cells = (row) => [...row.querySelectorAll("input")];

  // In hundredths, so that nothing is lost on the way.
  function hundredths(text) {
    const typed = text.trim();
    if (!AMOUNT.test(typed)) return 0n;
    const [whole, part = ""] = typed.split(".");
    return BigInt(whole || "0") * 100n + BigInt(part.padEnd(2, "0") || "0");
  }

  function shown(sum) {
    const whole = (sum / 100n).toString();
    const part = (sum % 100n).toString().padStart(2, "0");
    const size = form.dataset.indian ? 2 : 3;
    let head = whole.slice(0, -3);
    const groups = [whole.slice(-3)];
    while (head) {
      groups.unshift(head.slice(-size));
      head = head.slice(0, -size);
    }
    return `${form.dataset.symbol}${groups.join(",")}.${part}`;
  }

  function total() {
    const sums = { owes: 0n, ahead: 0n };
    let count = 0;
    for (const row of rows.children) {
      if (cells(row).some((cell) => cell.value.trim())) count += 1;
      for (const name of Object.keys(sums)) sums[name] += hundredths(row.querySelector(`[name=${name}]`).value);
    }
    for (const [name, sum] of Object.entries(sums)) {
      document.getElementById(`khata-${name}`).textContent = shown(sum);
    }
    document.getElementById("khata-count").textContent = String(count);
  }

  function another() {
    const number = rows.children.length + 1;
    if (number > most) return null;
    const row = rows.lastElementChild.cloneNode(true);
    row.classList.remove("is-wrong");
    row.querySelectorAll(".khata-error").forEach((error) => error.remove());
    row.querySelector(".khata-number").textContent = String(number);
    for (const cell of cells(row)) {
      cell.value = "";
      cell.removeAttribute("aria-describedby");
      cell.removeAttribute("aria-invalid");
      cell.setAttribute("aria-label", `${cell.placeholder}, row ${number}`);
    }
    rows.append(row);
    return row;
  }

  rows.addEventListener("keydown", (event) => {
    const row = event.target.closest(".khata-row");
    if (!row || event.target.tagName !== "INPUT" || event.isComposing) return;
    if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      const next = row.nextElementSibling || another();
      if (next) cells(next)[0].focus();
      else form.querySelector("button[type=submit]").focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const other = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      if (!other) return;
      event.preventDefault();
      cells(other)[cells(row).indexOf(event.target)].focus();
    }
  });
  rows.addEventListener("input", total);

  const wrong = rows.querySelector(".is-wrong input");
  (wrong || cells(rows.firstElementChild)[0]).focus();
  total();
})();
