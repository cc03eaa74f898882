// Lists to pick from: the box keeps the focus, the arrow keys move through the list.
(() => {
  "use strict";

  const MATCH_AFTER = 130; // longer than between two characters of a scanner

  const counter = (window.vivekaCounter ??= {});
  const { byId } = counter;
  if (!document.getElementById("till")) return;

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

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.getAttribute("role") !== "listbox") return;
    open(document.querySelector(`[aria-controls="${detail.target.id}"]`));
  });

  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-matches]")) match(target);
  });

  document.addEventListener("focusout", ({ target }) => {
    if (target.matches("[data-matches]")) close(target);
  });

  Object.assign(counter, { activeOf, close, move, open });
})();
