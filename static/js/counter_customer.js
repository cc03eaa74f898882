// Who buys: looked up half a second after the last key in the phone box, noted when the hands go on.
(() => {
  "use strict";

  const LOOK_UP_AFTER = 500; // milliseconds after the last key in the phone box

  const counter = (window.vivekaCounter ??= {});
  const { byId, close, post } = counter;
  if (!document.getElementById("till")) return;

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

  // Put aside with the customer as typed, who is on record from then on.
  const hold = () => {
    const values = { phone: byId("phone").value, name: byId("name").value };
    clearTimeout(byId("phone").lookUpTimer);
    post(byId("till").dataset.hold, "#till", values, { after: () => byId("code").focus() });
  };

  document.addEventListener("input", ({ target }) => {
    if (target.id !== "phone") return;
    clearTimeout(target.lookUpTimer);
    target.lookUpTimer = setTimeout(() => buyerChanged(true), LOOK_UP_AFTER);
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id === "phone" && target.value !== target.dataset.sent) buyerChanged(true);
    if (target.id === "name" && target.value !== target.dataset.sent) buyerChanged(false);
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
  });

  Object.assign(counter, { hold, nameEntered, phoneEntered });
})();
