// The line to the server. While it is down, what was pressed waits in its order and goes in by itself; where no answer
// came to something that would count twice, the cart is looked at first. While it is slow, the screen says so.
(() => {
  "use strict";

  const AGAIN_AFTER = 1500; // milliseconds between two looks whether the server is back
  const SLOW = 800;
  const DOWN = [502, 503, 504]; // what stands before the server answered in its place
  const box = document.getElementById("line");
  if (!box) return;

  const waiting = []; // what is on its way, in the cashier's words; the first of it is being sent
  let status = 0;
  let isLeaving = false; // for the receipt, or to sign in
  let isDown = false;

  const show = (text) => {
    box.hidden = !text;
    box.classList.toggle("is-down", isDown);
    box.querySelector(".said").textContent = text;
  };

  const told = () => {
    const [first, ...others] = waiting.filter(Boolean);
    if (!first) return "No connection to Viveka. What you do now waits, and goes in by itself.";
    const more = others.length ? ` and ${others.length} more wait` : " waits";
    return `No connection to Viveka. ${first}${more}, and will go in by itself.`;
  };

  document.addEventListener("htmx:beforeRequest", () => (status = 0));
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    status = xhr?.status ?? 0;
    const isSignIn = xhr?.responseURL && new URL(xhr.responseURL).pathname === document.body.dataset.signIn;
    isLeaving ||= Boolean(isSignIn || xhr?.getResponseHeader("HX-Redirect"));
  });

  // The counter as the server has it now; null while there is no server.
  const look = async () => {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      if (new URL(answer.url).pathname !== location.pathname) return location.reload(); // signed out, locked
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      return null;
    }
  };

  const untilBack = async () => {
    for (;;) {
      const page = await look();
      if (page) return page;
      await new Promise((done) => setTimeout(done, AGAIN_AFTER));
    }
  };

  // The cart and its lines, as they are sent along with the payment.
  const seen = (page) => [...page.querySelectorAll("#due input[type=hidden]")].map((one) => one.value).join("\n");

  const redraw = (page) => {
    for (const id of ["cart", "due"]) {
      const now = page.getElementById(id);
      if (now) document.getElementById(id)?.replaceWith(document.adoptNode(now));
    }
  };

  // Sends until there is an answer. False where it came in already as far as can be told: then the cart is as it is now.
  const deliver = async (attempt, { isSafeTwice = false } = {}) => {
    const before = seen(document);
    const slow = setTimeout(() => isDown || show("One moment …"), SLOW);
    try {
      for (;;) {
        try {
          await attempt();
          if (isLeaving) await new Promise(() => {}); // what was not answered is told on the next page
          if (!DOWN.includes(status)) return true;
        } catch {
          // no answer
        }
        isDown = true;
        show(told());
        const page = await untilBack();
        isDown = false;
        if (isSafeTwice || seen(page) === before) continue;
        redraw(page);
        return false;
      }
    } finally {
      clearTimeout(slow);
      show("");
    }
  };

  window.vivekaLine = { deliver, waiting, refresh: () => isDown && show(told()) };
})();
