// How it is paid: what is left, the change, a code for UPI, shown while it is typed. Amounts are counted in paise, for
// showing only; what is billed, the server decides.
(() => {
  "use strict";

  const counter = (window.vivekaCounter ??= {});
  const { byId, focusOn, post } = counter;
  if (!document.getElementById("till")) return;

  const paise = (text) => (/^\d{1,10}(\.\d{0,2})?$/.test(text.trim()) ? Math.round(Number(text) * 100) : null);

  const methodOf = () => document.querySelector("#payment-form [name=method]:checked")?.value;
  const money = (amount) => {
    const { currency } = byId("due").dataset;
    return new Intl.NumberFormat(currency === "INR" ? "en-IN" : "en", { style: "currency", currency }).format(amount / 100);
  };

  // What the customer paid ahead goes as far as it goes, unless it is left out or typed as a part.
  const advanceUsed = (left) => {
    const box = byId("use-advance");
    if (!box) return 0;
    const isPart = [...document.querySelectorAll("#parts .part")].some(
      (part) => part.querySelector("[name=part_method]").value === "advance" && part.querySelector("[name=part_amount]").value.trim(),
    );
    const used = box.checked && !isPart ? Math.min(paise(box.value), Math.max(left, 0)) : 0;
    box.closest(".offer").querySelector("output").textContent = used ? `− ${money(used)}` : "not used";
    return used;
  };

  // How much of the cash above the bill is kept; each button says so.
  const aboveGoes = (above) => {
    const box = byId("above");
    box.hidden = !above && !box.querySelector(".field-error");
    const owed = paise(box.dataset.debt);
    const chosen = box.querySelector("[name=above]:checked")?.value;
    return { debts: Math.min(above, owed), advance: above }[chosen] || 0;
  };

  const chooseAbove = (key) => {
    const box = byId({ c: "above-change", d: "above-debts", a: "above-advance" }[key]);
    if (box) box.checked = true;
    refreshPayment();
  };

  let wasCash = ["cash", "credit"].includes(methodOf());
  const refreshPayment = () => {
    const parts = [...document.querySelectorAll("#parts [name=part_amount]")];
    const beside = parts.reduce((sum, part) => sum + (paise(part.value) || 0), 0);
    const unpaid = paise(byId("due").dataset.total) - beside;
    const used = advanceUsed(unpaid);
    const onCredit = methodOf() === "credit";
    const received = paise(byId("received").value);
    const rest = unpaid - used;
    const left = onCredit ? rest - Math.min(received || 0, Math.max(rest, 0)) : rest;
    byId("rest").hidden = !parts.length && !used && !onCredit;
    byId("rest").classList.toggle("is-short", left < 0);
    byId("rest").querySelector("output").textContent = money(left);
    const method = document.querySelector("#payment-form [name=method]:checked");
    byId("rest").querySelector("span").textContent = onCredit ? "On credit" : `Left for ${method?.labels[0].textContent.trim() ?? "the rest"}`;
    byId("notes").hidden = false;
    showRoundNotes(rest);
    showUpi(rest, received);
    byId("notes").dataset.rest = Math.max(rest, 0);
    byId("received").placeholder = onCredit ? "nothing" : "exact";
    const change = byId("change");
    const isShort = received < rest;
    const hadNoneAbove = byId("above").hidden;
    const above = Math.max((received || 0) - Math.max(rest, 0), 0);
    const goes = aboveGoes(above);
    change.hidden = received === null || (onCredit && isShort) || (above > 0 && goes === above);
    change.classList.toggle("is-short", isShort);
    const isCash = ["cash", "credit"].includes(methodOf());
    change.querySelector(".change-label").textContent = isShort ? "Short by" : isCash ? "Change" : "Above the bill";
    change.querySelector("output").textContent = money(isShort ? rest - received : above - goes);
    if (hadNoneAbove && above) byId("above").scrollIntoView({ block: "nearest", behavior: "instant" }); // not below the sum
  };

  // What a customer is likely to hand over: the next round sums above what is left.
  const showRoundNotes = (rest) => {
    const sums = [1000, 5000, 10000, 50000, 200000].map((note) => Math.ceil(rest / note) * note).filter((sum) => sum > rest);
    const buttons = [...new Set(rest > 0 ? sums : [])].slice(0, 3).map((sum) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-outline-primary";
      button.dataset.sum = sum;
      button.textContent = money(sum).replace(/\.00$/, "");
      return button;
    });
    byId("round-notes").replaceChildren(...buttons);
  };

  // The code that the customer's phone pays by, for what goes by UPI; none when nothing does.
  let upiTimer;
  const showUpi = (rest, received) => {
    const figure = byId("upi-code");
    if (!figure) return;
    const part = [...document.querySelectorAll("#parts .part")].find((one) => one.querySelector("[name=part_method]").value === "upi");
    const asked = methodOf() === "upi" ? Math.max(received || 0, rest) : paise(part?.querySelector("[name=part_amount]").value ?? "") || 0;
    const amount = asked > 0 ? (asked / 100).toFixed(2) : "";
    if (figure.dataset.amount === amount) return;
    figure.dataset.amount = amount;
    figure.replaceChildren();
    figure.hidden = true;
    clearTimeout(upiTimer);
    if (!amount) return;
    upiTimer = setTimeout(() => {
      const swap = { source: figure, target: figure, swap: "innerHTML", values: { amount } };
      htmx.ajax("GET", figure.dataset.url, swap).catch(() => {});
    }, 200);
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "upi-code") return;
    const asked = new URLSearchParams([...detail.requestConfig.formData]).get("amount");
    detail.shouldSwap &&= asked === detail.target.dataset.amount;
    detail.target.hidden = !detail.shouldSwap;
  });

  // Notes as they are handed over add up; one key for exactly what is left.
  const takeNote = (note) => {
    const box = byId("received");
    const sum = note === "exact" ? Number(byId("notes").dataset.rest) : (paise(box.value) || 0) + note * 100;
    box.value = (sum / 100).toFixed(2).replace(/\.00$/, "");
    refreshPayment();
  };

  const takeSum = (sum) => {
    byId("received").value = String(sum / 100);
    refreshPayment();
  };

  const toggleAdvance = () => {
    const box = byId("use-advance");
    if (!box) return;
    box.checked = !box.checked;
    refreshPayment();
  };

  const toggleCredit = () => {
    byId(methodOf() === "credit" ? "method-cash" : "method-credit").checked = true;
    refreshPayment();
    byId("credit").scrollIntoView({ block: "nearest", behavior: "instant" }); // its terms, not below the sum
  };

  const addPart = () => {
    byId("parts").append(byId("part-template").content.cloneNode(true));
    byId("parts").lastElementChild.querySelector("[name=part_amount]").focus();
    refreshPayment();
  };

  const complete = (form) => {
    const button = byId("complete");
    if (button.disabled) return;
    button.disabled = true;
    const values = new FormData(form);
    values.append("phone", byId("phone").value);
    values.append("name", byId("name").value);
    clearTimeout(byId("phone").lookUpTimer);
    const after = () => {
      if (byId("complete") === button) button.disabled = false; // not answered: to be pressed again
      document.querySelector("#till .is-invalid, #without-customer.btn-outline-danger, #pin, #pin-why")?.focus();
      document.querySelector(".till-notice, .is-invalid, .is-changed")?.scrollIntoView({ block: "center" });
    };
    post(form.action, "#till", values, { after, called: "The payment", isSafeTwice: true }); // one cart, one bill
  };

  const goToPayment = () => focusOn(["cash", "credit"].includes(methodOf()) ? "received" : `method-${methodOf()}`);

  // The arrow keys in the box for the money choose the way it is paid.
  const nextMethod = (step) => {
    const ways = [...document.querySelectorAll("#payment-form [name=method]")];
    const next = ways[(ways.findIndex((one) => one.checked) + step + ways.length) % ways.length];
    next.checked = true;
    next.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("input", ({ target }) => {
    if (target.closest("#payment-form")) refreshPayment();
  });

  document.addEventListener("change", ({ target }) => {
    if (!target.closest("#payment-form")) return;
    if (target.matches("[name=method]")) {
      const isCash = ["cash", "credit"].includes(target.value);
      if (isCash !== wasCash) byId("received").value = ""; // notes counted are no card
      wasCash = isCash;
    }
    refreshPayment();
  });

  document.addEventListener("click", ({ target }) => {
    const note = target.closest("[data-note]");
    if (note) return takeNote(note.dataset.note);
    const round = target.closest("[data-sum]");
    if (round) return takeSum(Number(round.dataset.sum));
    const remove = target.closest(".part-remove");
    if (!remove) return;
    remove.closest(".part").remove();
    refreshPayment();
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.getAttribute("role") !== "listbox") refreshPayment();
  });
  document.addEventListener("htmx:afterSettle", () => refreshPayment());

  byId("payment-form").addEventListener("restored", () => {
    wasCash = ["cash", "credit"].includes(methodOf());
    refreshPayment();
  });
  refreshPayment();

  Object.assign(counter, {
    addPart, chooseAbove, complete, goToPayment, nextMethod, takeNote, toggleAdvance, toggleCredit,
  });
})();
