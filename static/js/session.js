// Extras only: showing a password that is being typed, and a warning before the session ends.
"use strict";

(() => {
  const dressPassword = (input) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-plain";
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-controls", input.id);
    const label = document.querySelector(`label[for="${input.id}"]`);
    const what = label ? label.textContent.trim() : "";
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Verberg" : "Toon";
      button.setAttribute("aria-label", `${button.textContent} ${what.toLowerCase()}`);
      button.setAttribute("aria-pressed", String(shown));
    };
    const row = document.createElement("span");
    row.className = "with-button";
    input.replaceWith(row);
    row.append(input, button);
    button.addEventListener("click", () => show(input.type === "password"));
    // a password manager or the browser's memory must meet a password field
    if (input.form) input.form.addEventListener("submit", () => show(false));
    show(false);
  };

  const WARN = 150; // seconds; somebody must have two minutes to answer

  const watchSession = (form) => {
    let timer;
    const ask = (method) =>
      fetch(method === "POST" ? form.action : form.dataset.left, {
        method,
        body: method === "POST" ? new FormData(form) : undefined,
        headers: { Accept: "application/json" },
      }).then((answer) => (answer.ok && !answer.redirected ? answer.json() : { seconds: 0 }));

    const wait = (seconds) => {
      clearTimeout(timer);
      timer = setTimeout(look, Math.max(1, seconds) * 1000);
    };
    const show = (part) => {
      form.hidden = !part;
      form.querySelectorAll("[data-part]").forEach((one) => {
        one.hidden = one.dataset.part !== part;
      });
    };
    const told = ({ seconds }) => {
      if (seconds > WARN) {
        show("");
        wait(seconds - WARN);
      } else if (seconds > 0) {
        show("warning");
        wait(seconds + 1);
      } else {
        show("ended");
      }
    };
    // another window may have prolonged the session meanwhile; asking does not
    const look = () => ask("GET").then(told, () => wait(30));

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask("POST").then(told, () => wait(5));
    });
    wait(Number(form.dataset.session) - WARN);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-script]").forEach((one) => {
      one.hidden = false;
    });
    document.querySelectorAll("input[type=password]").forEach(dressPassword);
    document.querySelectorAll("form[data-session]").forEach(watchSession);
  });
})();
