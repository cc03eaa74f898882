// The counter: scans queue and are sent one after the other, lists are picked from by the arrow keys, the customer is
// looked up half a second after the last key, and change is shown while it is typed. What is billed, the server decides.
(() => {
  "use strict";

  const LOOK_UP_AFTER = 500; // milliseconds after the last key in the phone box
  const MATCH_AFTER = 130; // longer than between two characters of a scanner
  const NOTICE_STAYS = 6000; // a notice goes with the first answer after this
  const byId = (id) => document.getElementById(id);
  if (!byId("till")) return;

  // One request at a time, in the order of the cashier's hands. What is sent was read when the key was pressed.
  const jobs = [];
  let working = false;

  const work = async () => {
    if (working) return;
    working = true;
    while (jobs.length) await jobs.shift()();
    working = false;
  };

  const line = window.vivekaLine;
  const post = (url, target, values, { after, lost, called = "", isSafeTwice } = {}) => {
    jobs.push(async () => {
      const send = () => htmx.ajax("POST", url, { source: "#till", target, swap: "outerHTML settle:0ms", values });
      const isAnswered = await line.deliver(send, { isSafeTwice });
      line.waiting.shift();
      if (!isAnswered && lost) warn(lost);
      if (after) after();
    });
    line.waiting.push(called);
    line.refresh();
    work();
  };

  const warn = (text) => {
    const notice = document.createElement("div");
    notice.className = "alert alert-warning till-notice";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    byId("notices").append(notice);
  };

  // Forms of the page, as they would go by themselves.
  const submit = (form, submitter) => {
    if (form.id === "add-form") return add(form, submitter);
    if (form.matches(".till-unlisted")) return sellUnlisted(form);
    if (form.id === "payment-form") return submitter?.id === "split" ? addPart() : complete(form);
    if (submitter?.id === "hold") return hold();
    const target = submitter?.name === "customer" ? "#customer" : form.dataset.target; // one picked from the list
    const after = () => {
      if (form.matches(".cart-allow")) (document.querySelector(".cart-allow .is-invalid") ?? byId("code")).focus();
      if (target === "#customer" || target === "#till") byId("code").focus();
    };
    post(form.action, target, new FormData(form, submitter), { after });
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#till")) return;
    event.preventDefault();
    submit(event.target, event.submitter);
  });

  const add = (form, submitter) => {
    const box = byId("code");
    const code = box.value.trim();
    const picked = submitter?.name === "product";
    if (!code && !picked) return;
    const values = new FormData(form, picked ? submitter : null);
    clearTimeout(box.matchTimer);
    box.value = "";
    close(box);
    if (picked) box.focus();
    send(code, values, () => {
      if (!byId("matches").childElementCount || box.value) return;
      box.value = code; // it means several: pick one, or scan over it
      box.select();
      open(box);
    });
  };

  const send = (code, values, after) => {
    const asked = () => {
      document.querySelector(".cart-line.is-at-hand")?.scrollIntoView({ block: "nearest", behavior: "instant" });
      after?.();
      askForPrice();
    };
    const lost = `The connection broke at “${code}”. Look whether it is in the cart, and scan it again if not.`;
    post(byId("add-form").action, "#cart", values, { after: asked, lost, called: code && `“${code}”` });
  };

  // What is not on the list is asked for its price, unless the hands are on something else already.
  const askForPrice = () => {
    const box = [...document.querySelectorAll(".unlisted-price")].at(-1);
    const isFree = document.activeElement === byId("code") && !byId("code").value && !jobs.length;
    if (box && !box.value && isFree) box.focus();
  };

  const sellUnlisted = (form) => {
    const values = new FormData(form);
    form.remove();
    byId("code").focus();
    const lost = "The connection broke. Look whether it is in the cart, and type it again if not.";
    post(form.action, "#cart", values, { lost, called: `“${values.get("name") || values.get("barcode") || "It"}”` });
  };

  // A scanner types faster than anybody and ends with Enter. What it types into another box is taken as a scan, and the
  // box has again what was in it.
  const FASTEST_HAND = 80; // milliseconds between two keys
  const AMOUNTS = "[name=quantity], [name=price], [name=discount], [name=received], [name=part_amount]";
  const burst = { text: "", at: -Infinity };

  // Thirteen digits are no phone; of eight and twelve the last one tells.
  const isBarcode = (text) => {
    if (/^(?!00)\d{13,14}$/.test(text)) return true;
    if (!/^(\d{8}|\d{12})$/.test(text)) return false;
    const sum = [...text].reverse().reduce((all, digit, place) => all + Number(digit) * (place % 2 ? 3 : 1), 0);
    return sum % 10 === 0;
  };

  const isScan = (text, box) => {
    if (box.id === "code" || box.type === "password") return false;
    return isBarcode(text) || (box.matches(AMOUNTS) && (/^\d{8,}$/.test(text) || (text.length > 5 && /[a-z]/i.test(text))));
  };

  const begin = (box) => {
    burst.text = "";
    burst.box = box;
    burst.value = box.value;
    burst.chosen = document.querySelector("#above [name=above]:checked");
  };

  const takeScan = (box) => {
    const code = burst.text;
    burst.text = "";
    box.value = burst.value;
    if (burst.chosen) burst.chosen.checked = true;
    if (box.matches("[data-matches]")) close(box);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.select?.();
    const values = new FormData(byId("add-form"));
    values.set("code", code);
    send(code, values);
  };

  const watchKeys = (event) => {
    const { target, key, timeStamp } = event;
    const isSlow = timeStamp - burst.at > FASTEST_HAND || target !== burst.box;
    if (key.length === 1 && target.matches("input, select, textarea")) {
      if (isSlow) begin(target);
      burst.text += key;
      burst.at = timeStamp;
    } else if (key === "Enter" && !isSlow && isScan(burst.text, target)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      takeScan(target);
    } else if (key !== "Shift") {
      burst.box = null;
    }
  };
  document.addEventListener("keydown", watchKeys, true);

  // Put aside with the customer as typed, who is on record from then on.
  const hold = () => {
    const values = { phone: byId("phone").value, name: byId("name").value };
    clearTimeout(byId("phone").lookUpTimer);
    post(byId("till").dataset.hold, "#till", values, { after: () => byId("code").focus() });
  };

  // Lists to pick from: the box keeps the focus, the arrow keys move through the list.
  const listOf = (box) => byId(box.getAttribute("aria-controls"));
  const optionsOf = (box) => [...listOf(box).children];
  const isOpen = (box) => box.getAttribute("aria-expanded") === "true";
  const activeOf = (box) => {
    const list = listOf(box);
    return isOpen(box) && list.dataset.text === box.value ? list.querySelector("[aria-selected=true]") : null;
  };

  const activate = (box, option) => {
    for (const one of optionsOf(box)) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest", behavior: "instant" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  };

  const open = (box) => {
    const options = optionsOf(box);
    if (!options.length || document.activeElement !== box) return close(box);
    listOf(box).dataset.text = box.value;
    box.setAttribute("aria-expanded", "true");
    const isWords = box.id === "code" && /\p{L}/u.test(box.value); // digits may be a barcode still to come
    activate(box, isWords ? options[0] : null);
  };

  const close = (box) => {
    listOf(box).replaceChildren();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const match = (box) => {
    clearTimeout(box.matchTimer);
    const text = box.value;
    const needless = box.id === "name" && byId("phone").value.trim();
    if (!text.trim() || needless) return close(box);
    box.matchTimer = setTimeout(() => {
      const values = { [box.name]: text };
      htmx.ajax("GET", box.dataset.matches, { source: box, target: listOf(box), swap: "innerHTML", values }).catch(() => {});
    }, MATCH_AFTER);
  };

  const move = (box, step) => {
    const options = optionsOf(box);
    if (!options.length) return;
    if (!isOpen(box)) return open(box);
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    activate(box, options[at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length]);
  };

  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".match")) event.preventDefault(); // the box keeps the focus and sends nothing yet
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.getAttribute("role") !== "listbox") return;
    const box = document.querySelector(`[aria-controls="${target.id}"]`);
    const asked = new URLSearchParams([...requestConfig.formData]).get(box.name);
    if (box.value !== asked || document.activeElement !== box) event.detail.shouldSwap = false;
  });

  // The customer.
  const buyerChanged = (look_up, after) => {
    const form = byId("buyer-form");
    const values = new FormData(form);
    if (look_up) values.append("look_up", "1");
    clearTimeout(byId("phone").lookUpTimer);
    byId("phone").dataset.sent = byId("phone").value;
    byId("name").dataset.sent = byId("name").value;
    post(form.action, "#buyer", values, { after });
  };

  const phoneEntered = () => {
    buyerChanged(false, () => {
      if (document.activeElement !== byId("phone") || "badPhone" in byId("buyer").dataset) return;
      byId("isNew" in byId("buyer").dataset && !byId("name").value ? "name" : "code").focus();
    });
  };

  const nameEntered = () => {
    close(byId("name"));
    if (byId("name").value !== (byId("name").dataset.sent ?? byId("name").defaultValue)) buyerChanged(false);
    byId("code").focus();
  };

  // The payment. Amounts are counted in paise, for showing only.
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

  // Keys.
  const focusOn = (id) => {
    byId(id).focus();
    byId(id).select?.();
  };
  const goToPayment = () => focusOn(["cash", "credit"].includes(methodOf()) ? "received" : `method-${methodOf()}`);

  // The arrow keys in the box for the money choose the way it is paid.
  const nextMethod = (step) => {
    const ways = [...document.querySelectorAll("#payment-form [name=method]")];
    const next = ways[(ways.findIndex((one) => one.checked) + step + ways.length) % ways.length];
    next.checked = true;
    next.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // The next price that may be printed on the packet in hand, of the line at hand: that in focus, or touched last.
  const lineAtHand = () => {
    return document.activeElement.closest(".cart-line") || document.querySelector(".cart-line.is-at-hand");
  };

  const nextPacket = () => {
    const line = lineAtHand();
    const packets = line ? [...line.querySelectorAll(".packet[aria-pressed]")] : [];
    if (!packets.length) return;
    const taken = packets.findIndex((one) => one.getAttribute("aria-pressed") === "true");
    const next = packets[Math.min(taken + 1, packets.length - 1)]; // once more on the last: that of the batches again
    next.form.requestSubmit(next);
  };

  // One piece of the line at hand, out of a packet with another price than the rest; F1 then goes on from there.
  const splitPacket = () => {
    const other = lineAtHand()?.querySelector(".packet-one");
    other?.form.requestSubmit(other);
  };

  const goals = {
    F1: nextPacket,
    F2: () => focusOn("code"),
    F3: () => document.querySelector(".waiting-sale")?.focus(),
    F4: () => focusOn("phone"),
    F6: toggleAdvance,
    F7: toggleCredit,
    F8: goToPayment,
    F9: () => complete(byId("payment-form")),
    F10: hold,
  };

  // The arrow keys go through the tiles, from the empty box and back to it.
  const tileKey = (event, tile) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return event.key === "Escape" && focusOn("code");
    event.preventDefault();
    const tiles = [...document.querySelectorAll(".product-tile")];
    const next = tile ? tiles.indexOf(tile) + step : 0;
    if (next < 0) focusOn("code");
    else tiles[Math.min(next, tiles.length - 1)]?.focus();
  };

  const boxKey = (event, box) => {
    if (event.key === "ArrowDown" && box.id === "code" && !box.value) return tileKey(event, null);
    if (event.key === "ArrowUp" && box.id === "code" && !box.value) {
      event.preventDefault();
      return lineAtHand() && focusOn(lineAtHand().querySelector("[name=quantity]").id);
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(box, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      close(box);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = activeOf(box);
      if (option) box.form.requestSubmit(option);
      else if (box.id === "code") box.form.requestSubmit();
      else nameEntered();
    }
  };

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing) return;
    if (key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      return goals.F9();
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (goals[key]) {
      event.preventDefault();
      return key === "F1" && event.shiftKey ? splitPacket() : goals[key]();
    }
    if (target.matches("[data-matches]")) return boxKey(event, target);
    if (target.matches(".product-tile") && (key.startsWith("Arrow") || key === "Escape")) return tileKey(event, target);
    if (target.id === "received" && (key === "ArrowDown" || key === "ArrowUp")) {
      event.preventDefault();
      return nextMethod(key === "ArrowDown" ? 1 : -1);
    }
    if (target.id === "received" && key.toLowerCase() === "e") {
      event.preventDefault();
      return takeNote("exact");
    }
    if (target.id === "received" && ["c", "d", "a"].includes(key.toLowerCase())) {
      event.preventDefault();
      return chooseAbove(key.toLowerCase());
    }
    if (target.id === "phone" && key === "Enter") {
      event.preventDefault();
      return phoneEntered();
    }
    if (key === "Escape" && target.closest(".till-unlisted")) {
      target.closest(".till-unlisted").remove();
      return byId("code").focus();
    }
    if (target.id === "phone" && key === "Escape" && "badPhone" in byId("buyer").dataset) {
      return byId("without-customer").click();
    }
    if (target.matches("[data-send]") && key === "Enter") {
      event.preventDefault();
      sendBox(target);
      return byId("code").focus();
    }
    // A scan, or a name, typed while nothing that takes text is in focus.
    const typing = target.closest("input:not([type=radio]), select, textarea");
    if (!typing && key.length === 1 && key !== " ") {
      if (key === "/") event.preventDefault();
      byId("code").focus();
    }
  });

  const sendBox = (box) => {
    if (box.value === box.defaultValue) return;
    box.defaultValue = box.value;
    const after = () => {
      const now = byId(box.id);
      if (now?.classList.contains("is-invalid")) focusOn(box.id); // refused: type it again
    };
    post(box.form.action, box.form.dataset.target, new FormData(box.form), { after });
  };

  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-matches]")) match(target);
    if (target.closest("#payment-form")) refreshPayment();
    if (target.id === "phone") {
      clearTimeout(target.lookUpTimer);
      target.lookUpTimer = setTimeout(() => buyerChanged(true), LOOK_UP_AFTER);
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-send]")) sendBox(target);
    if (target.matches("#payment-form [name=method]")) {
      const isCash = ["cash", "credit"].includes(target.value);
      if (isCash !== wasCash) byId("received").value = ""; // notes counted are no card
      wasCash = isCash;
    }
    if (target.closest("#payment-form")) refreshPayment();
    if (target.id === "phone" && target.value !== target.dataset.sent) buyerChanged(true);
    if (target.id === "name" && target.value !== target.dataset.sent) buyerChanged(false);
  });

  document.addEventListener("focusout", ({ target }) => {
    if (target.matches("[data-matches]")) close(target);
  });

  document.addEventListener("click", ({ target }) => {
    const note = target.closest("[data-note]");
    if (note) return takeNote(note.dataset.note);
    const round = target.closest("[data-sum]");
    if (round) return takeSum(Number(round.dataset.sum));
    const money = target.closest(".for-money");
    if (money) {
      const box = money.form.elements.quantity;
      box.value = money.dataset.sign; // the amount comes next
      return box.focus();
    }
    const remove = target.closest(".part-remove");
    if (!remove) return;
    remove.closest(".part").remove();
    refreshPayment();
  });

  // A box that is being typed in keeps its text when the cart around it is drawn anew.
  let typed = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const box = document.activeElement;
    typed = box?.matches("[data-send]") && detail.target.contains(box) && box.value !== box.defaultValue ? box : null;
    const now = Date.now();
    for (const notice of document.querySelectorAll(".till-notice")) {
      if (now - (notice.dataset.born || now) > NOTICE_STAYS) notice.remove();
    }
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.getAttribute("role") === "listbox") {
      return open(document.querySelector(`[aria-controls="${detail.target.id}"]`));
    }
    if (typed && byId(typed.id)) byId(typed.id).value = typed.value;
    typed = null;
    for (const notice of document.querySelectorAll(".till-notice")) notice.dataset.born ||= Date.now();
    refreshPayment();
  });

  // What was set for a customer stays set while the same one is looked up again.
  const SET_FOR_CUSTOMER = ["use-advance", "due-on", "credit-for", "above-change", "above-debts", "above-advance"];
  let wasSet = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const isBuyer = ["buyer", "customer"].includes(detail.target.id);
    wasSet = isBuyer ? { customer: byId("offers").dataset.customer, boxes: SET_FOR_CUSTOMER.map(byId) } : null;
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (wasSet && wasSet.customer === byId("offers").dataset.customer) {
      for (const box of wasSet.boxes) {
        const now = box && byId(box.id);
        if (now && ["checkbox", "radio"].includes(now.type)) now.checked = box.checked;
        else if (now && box.value) now.value = box.value;
      }
    }
    wasSet = null;
    refreshPayment();
  });

  byId("payment-form").addEventListener("restored", () => {
    wasCash = ["cash", "credit"].includes(methodOf());
    refreshPayment();
  });

  // Back from the receipt: the cart of now, not a picture of the one that was billed.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  refreshPayment();
  byId("code").focus();
})();
