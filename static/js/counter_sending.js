// What is sent from the counter, one thing after the other, and what is said on top of it.
(() => {
  "use strict";

  const NOTICE_STAYS = 6000; // a notice goes with the first answer after this

  const counter = (window.vivekaCounter ??= {});
  if (!document.getElementById("till")) return;

  const byId = (id) => document.getElementById(id);
  const focusOn = (id) => {
    byId(id).focus();
    byId(id).select?.();
  };

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

  const isIdle = () => !jobs.length;

  const warn = (text) => {
    const notice = document.createElement("div");
    notice.className = "alert alert-warning till-notice";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    byId("notices").append(notice);
  };

  document.addEventListener("htmx:beforeSwap", () => {
    const now = Date.now();
    for (const notice of document.querySelectorAll(".till-notice")) {
      if (now - (notice.dataset.born || now) > NOTICE_STAYS) notice.remove();
    }
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.getAttribute("role") === "listbox") return;
    for (const notice of document.querySelectorAll(".till-notice")) notice.dataset.born ||= Date.now();
  });

  Object.assign(counter, { byId, focusOn, isIdle, post, warn });
})();
