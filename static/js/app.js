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
    say("There is no connection to Viveka. Nothing was lost; try again in a moment.");
  });

  document.addEventListener("htmx:responseError", (event) => {
    const sentences = {
      403: "You may not do this, or the page is too old. Load it again.",
      404: "This is not there any more. Load the page again.",
    };
    say(sentences[event.detail.xhr.status] || "That did not work. Load the page again and have another try.");
  });

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
