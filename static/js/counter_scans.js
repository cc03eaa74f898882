// What goes into the cart: scanned, typed, picked from the list, or sold by its price because nothing has its code.
// Scans queue, whatever box they land in.
(() => {
  "use strict";

  const counter = (window.vivekaCounter ??= {});
  const { byId, close, isIdle, open, post } = counter;
  if (!document.getElementById("till")) return;

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
    const isFree = document.activeElement === byId("code") && !byId("code").value && isIdle();
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

  Object.assign(counter, { add, sellUnlisted });
})();
