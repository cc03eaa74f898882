// The cart: the boxes of its lines, and the packet in hand.
(() => {
  "use strict";

  const counter = (window.vivekaCounter ??= {});
  const { byId, focusOn, post } = counter;
  if (!document.getElementById("till")) return;

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

  const sendBox = (box) => {
    if (box.value === box.defaultValue) return;
    box.defaultValue = box.value;
    const after = () => {
      const now = byId(box.id);
      if (now?.classList.contains("is-invalid")) focusOn(box.id); // refused: type it again
    };
    post(box.form.action, box.form.dataset.target, new FormData(box.form), { after });
  };

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-send]")) sendBox(target);
  });

  document.addEventListener("click", ({ target }) => {
    const money = target.closest(".for-money");
    if (!money) return;
    const box = money.form.elements.quantity;
    box.value = money.dataset.sign; // the amount comes next
    box.focus();
  });

  // A box that is being typed in keeps its text when the cart around it is drawn anew.
  let typed = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const box = document.activeElement;
    typed = box?.matches("[data-send]") && detail.target.contains(box) && box.value !== box.defaultValue ? box : null;
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.getAttribute("role") === "listbox") return;
    if (typed && byId(typed.id)) byId(typed.id).value = typed.value;
    typed = null;
  });

  Object.assign(counter, { lineAtHand, nextPacket, sendBox, splitPacket });
})();
