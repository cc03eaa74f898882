// The counter: its forms and its keys. What they do is in the files of its parts, which come before this one.
(() => {
  "use strict";

  const counter = (window.vivekaCounter ??= {});
  const { byId, focusOn, post } = counter;
  const { activeOf, close, move } = counter;
  const { add, sellUnlisted } = counter;
  const { lineAtHand, nextPacket, sendBox, splitPacket } = counter;
  const { hold, nameEntered, phoneEntered } = counter;
  const { addPart, chooseAbove, complete, goToPayment, nextMethod, takeNote, toggleAdvance, toggleCredit } = counter;
  if (!document.getElementById("till")) return;

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

  // Back from the receipt: the cart of now, not a picture of the one that was billed.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  byId("code").focus();
})();
