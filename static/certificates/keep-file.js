// After an error the chosen file stays chosen: only what the page says of errors is replaced.
// Without this file the form is sent as any other, and the browser forgets the file.
"use strict";

(() => {
  const form = document.querySelector("form[data-keep-file]");

  const swap = (place, found, put) => {
    if (place) place.remove();
    if (found) put(found);
  };

  const sayAtField = (input, page) => {
    const answer = page.getElementById(input.id);
    const errorId = `${input.id}_error`;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (answer.hasAttribute(name)) input.setAttribute(name, answer.getAttribute(name));
      else input.removeAttribute(name);
    }
    const field = input.closest(".field");
    field.className = answer.closest(".field").className;
    let before = input;
    while (before.parentNode !== field) before = before.parentNode;
    swap(document.getElementById(errorId), page.getElementById(errorId), (error) => before.before(error));
  };

  const say = (page) => {
    document.title = page.title;
    form.querySelectorAll("input[id]").forEach((input) => sayAtField(input, page));
    const summary = page.querySelector(".error-summary");
    const columns = document.querySelector(".columns");
    swap(document.querySelector(".error-summary"), summary, () => columns.before(summary));
    if (summary) summary.focus();
  };

  const send = async () => {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "XMLHttpRequest" },
      redirect: "manual",
    });
    const onward = answer.headers.get("X-Onward");
    if (onward) {
      location.assign(onward);
      return true;
    }
    if (answer.status !== 200) return false;
    say(new DOMParser().parseFromString(await answer.text(), "text/html"));
    return true;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    // logged out, refused or cut off: the browser sends the form itself and shows what comes of it
    const done = await send().catch(() => false);
    form.ariaBusy = "false";
    if (!done) form.submit();
  });
})();
