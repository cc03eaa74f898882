// What was typed for the payment of a cart stays when its page is loaded anew: reloaded, locked, signed in again. So
// does the word of a scan that was not answered by then. A PIN is never kept.
(() => {
  "use strict";

  const KEY = "viveka-payment";
  const KEPT = "method received reference above due_on credit_for part_method part_amount part_reference".split(" ");
  const byId = (id) => document.getElementById(id);
  if (!byId("till")) return;

  const remember = () => {
    const values = [...new FormData(byId("payment-form"))].filter(([name]) => KEPT.includes(name));
    const advance = byId("use-advance")?.checked;
    const unsent = window.vivekaLine.waiting.filter((one) => one.startsWith("“"));
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ cart: byId("cart").dataset.cart, values, advance, unsent }));
    } catch {
      // a browser that keeps nothing
    }
  };

  const recall = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    } finally {
      sessionStorage.removeItem(KEY);
    }
  };

  const putParts = (values) => {
    const fields = values.filter(([name]) => name.startsWith("part_"));
    if (document.querySelector("#parts .part")) return;
    let part;
    for (const [name, value] of fields) {
      const isNew = !part || part.querySelector(`[name=${name}]`).dataset.put;
      if (isNew) {
        byId("parts").append(byId("part-template").content.cloneNode(true));
        part = byId("parts").lastElementChild;
      }
      const field = part.querySelector(`[name=${name}]`);
      field.value = value;
      field.dataset.put = "1";
    }
  };

  const putBack = ({ values, advance }) => {
    putParts(values);
    const form = byId("payment-form");
    for (const [name, value] of values) {
      if (name.startsWith("part_")) continue;
      for (const field of form.querySelectorAll(`[name=${name}]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value ||= value;
      }
    }
    if (byId("use-advance") && advance === false) byId("use-advance").checked = false;
    form.dispatchEvent(new Event("restored"));
  };

  const warn = (code) => {
    const notice = document.createElement("div");
    notice.className = "alert alert-warning till-notice";
    notice.setAttribute("role", "alert");
    notice.textContent = `${code} was not answered before the page was loaded anew. Look, and scan it again if it is not in the cart.`;
    byId("notices").append(notice);
  };

  const kept = recall();
  for (const code of kept?.unsent || []) warn(code);
  if (kept?.cart && kept.cart === byId("cart").dataset.cart) putBack(kept);
  window.addEventListener("pagehide", remember);
})();
