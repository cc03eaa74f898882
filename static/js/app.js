// What every page does: says when a request failed, goes to the sign-in page when the session ended,
// and finds the search box by the key "/".
(() => {
  "use strict";

  const say = (text) => {
    const box = document.getElementById("messages");
    if (!box) return;
    const alert = document.createElement("div");
    alert.className = "alert alert-danger";
    alert.setAttribute("role", "alert");
    alert.textContent = text;
    box.replaceChildren(alert);
    box.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const signIn = document.body.dataset.signIn;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname === signIn && location.pathname !== signIn) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  document.addEventListener("htmx:sendError", () => {
    if (!document.getElementById("line")) say("There is no connection to Viveka. Nothing was lost; try again in a moment.");
  });

  document.addEventListener("htmx:responseError", (event) => {
    const sentences = {
      403: "You may not do this, or the page is too old. Load it again.",
      404: "This is not there any more. Load the page again.",
      502: "Viveka does not answer just now. Try again in a moment.",
    };
    sentences[503] = sentences[504] = sentences[502];
    if (document.getElementById("line") && event.detail.xhr.status > 501) return; // the counter says it itself
    say(sentences[event.detail.xhr.status] || "That did not work. Load the page again and have another try.");
  });

  // A page to fill in begins in its first box, one that came back refused in the first that is to be put right. Where a
  // list is searched first, or the keyboard would come up over half a phone, the hands decide.
  const begin = () => {
    const isSaid = document.activeElement !== document.body || document.querySelector("main [autofocus]");
    if (isSaid && !document.querySelector("main .is-invalid")) return;
    const boxes = [...document.querySelectorAll("main form :is(input:not([type=hidden], [type=submit]), select, textarea)")];
    const seen = boxes.filter((box) => box.checkVisibility() && !box.disabled);
    const wrong = seen.find((box) => box.classList.contains("is-invalid"));
    if (wrong) return wrong.focus();
    const isForm = seen[0]?.form.getAttribute("method") === "post" && matchMedia("(hover: hover) and (pointer: fine)").matches;
    const first = isForm && seen.find((box) => !["radio", "checkbox"].includes(box.type));
    if (first && first.getBoundingClientRect().top < innerHeight) first.focus();
  };
  begin();

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.querySelector("[data-search]");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
})();
