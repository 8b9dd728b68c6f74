// An extra: the file goes in pieces and goes on where it was cut off. Without this file the form sends it whole.
"use strict";

(() => {
  const PIECE = 64 * 1024 * 1024;
  const WAITS = [0, 1000, 3000, 5000, 10000, 20000, 30000]; // milliseconds; from the last one on, again and again
  const GONE = [404, 410];

  const megabytes = (bytes) => (bytes / 1024 / 1024).toLocaleString("nl-NL", { maximumFractionDigits: 1 });

  const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  const dress = (form) => {
    const panel = form.querySelector("[data-uploading]");
    const part = (name) => panel.querySelector(`[data-${name}]`);
    const bar = panel.querySelector("progress");
    const { texts, ...given } = JSON.parse(form.dataset.look);
    const note = form.querySelector("[data-looked]");
    let file;
    let looked = Promise.resolve({});
    let again = false; // somebody knows that it was uploaded before, and wants it once more
    let sending = false;
    let stretch; // since when, and from which byte, it goes on without a break
    let address; // of the upload, once it has one
    let upload;
    let quarter = -1;

    const say = (what, text) => {
      panel.querySelectorAll("[data-say]").forEach((one) => {
        one.hidden = one.dataset.say !== what;
        if (!one.hidden && text) one.textContent = text;
      });
    };
    const show = (going) => {
      part("pause").hidden = !going;
      part("go").hidden = going;
    };
    const ask = (asking) => {
      panel.hidden = asking;
      panel.querySelectorAll("[data-moving]").forEach((one) => {
        one.hidden = asking;
      });
      form.querySelectorAll(":scope > .buttons, .field-file, [data-unfinished]").forEach((one) => {
        one.hidden = !asking;
      });
    };

    // at the field; nothing when `text` is empty
    const tell = (text, isWrong) => {
      note.textContent = text;
      note.hidden = !text;
      note.classList.toggle("notice-error", isWrong);
      form.elements.file.setAttribute("aria-invalid", String(isWrong));
      form.elements.file.closest(".field").classList.toggle("field-wrong", isWrong);
    };
    // what the server said of the answer before this one
    const forget = () => {
      document.querySelectorAll(".error-summary, #id_file_error").forEach((one) => one.remove());
      document.title = document.title.replace(/^Fout: /, "");
      form.elements.file.setAttribute("aria-describedby", note.id);
    };
    const filled = (text, chosen) =>
      text.replace("{name}", () => chosen.name).replace("{size}", fileSize(chosen.size)).replace("{max}", fileSize(given.largest));

    // what can be known of a file before it is sent: `code` when it would be refused, `known` when it was here before
    const look = async (chosen) => {
      const found = await lookInto(chosen, given);
      if (found.code) return { ...found, text: filled(texts[found.code], chosen) };
      return found.manifest ? { ...found, ...(await askWhetherKnown(chosen, found.manifest)) } : found;
    };
    const askWhetherKnown = (chosen, manifest) => {
      const body = new URLSearchParams({ size: chosen.size, manifest });
      const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
      return fetch(form.dataset.known, { method: "POST", body, headers })
        .then((answer) => (answer.ok && !answer.redirected ? answer.json() : {}))
        .catch(() => ({}));
    };
    const beginLook = () => {
      const [chosen] = form.elements.file.files;
      again = false;
      forget();
      tell("", false);
      say("");
      looked = chosen ? look(chosen) : Promise.resolve({});
      const mine = looked;
      mine.then((found) => {
        if (mine === looked && found.text) tell(found.text, Boolean(found.code));
        // the answer to the question is the button that goes on
        if (mine === looked) again = Boolean(found.known);
      });
    };

    // another file may be chosen; only the sentence of the panel is left
    const refuse = (what, text) => {
      sending = false;
      ask(true);
      panel.hidden = false;
      panel.querySelectorAll("[data-moving]").forEach((one) => {
        one.hidden = true;
      });
      say(what, text);
    };

    // after some seconds of this stretch: a pause or a network that is away must not count
    const left = (sent, total) => {
      const now = Date.now();
      stretch ||= { since: now, from: sent };
      const seconds = (now - stretch.since) / 1000;
      if (seconds < 5 || sent <= stretch.from) return "";
      const minutes = Math.ceil(((total - sent) * seconds) / (sent - stretch.from) / 60);
      return minutes < 2 ? ", nog ongeveer een minuut" : `, nog ongeveer ${minutes} minuten`;
    };

    const progress = (sent, total) => {
      // whole only when the server says so
      const percentage = Math.min(99, Math.floor((100 * sent) / total));
      bar.value = percentage;
      part("figure").textContent = `${percentage}%`;
      part("note").textContent = `${file.name}: ${megabytes(sent)} van ${megabytes(total)} MB${left(sent, total)}`;
      if (Math.floor(percentage / 25) !== quarter) {
        quarter = Math.floor(percentage / 25);
        part("aloud").textContent = `${percentage}% geüpload`;
      }
    };

    const done = () => {
      bar.value = 100;
      part("figure").textContent = "100%";
      const id = address.split("/").filter(Boolean).pop();
      location.assign(form.dataset.done.replace("00000000-0000-0000-0000-000000000000", id));
    };

    const failed = (error) => {
      const answer = error.originalResponse;
      const status = answer ? answer.getStatus() : 0;
      if (address && GONE.includes(status)) {
        address = undefined;
        start();
      } else if (status === 401) {
        say("login");
        show(false);
      } else if (answer && answer.getBody() && (answer.getHeader("Content-Type") || "").startsWith("text/plain")) {
        refuse("refused", answer.getBody());
      } else {
        say("failed");
        show(false);
      }
    };

    const isWorthAgain = (error) => {
      const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
      const worth = status < 400 || status >= 500 || status === 409 || status === 423;
      if (worth) stretch = undefined;
      if (worth && status === 0) say("away");
      return worth;
    };

    const start = () => {
      sending = true;
      stretch = undefined;
      say("");
      show(true);
      ask(false);
      upload = new tus.Upload(file, {
        // with an address only: a refusal must never begin anew behind our back
        ...(address ? { uploadUrl: address } : { endpoint: form.dataset.upload }),
        chunkSize: PIECE,
        retryDelays: WAITS,
        storeFingerprintForResuming: false, // the server knows, and this computer may be somebody else's tomorrow
        metadata: metadata(),
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        onUploadUrlAvailable: () => {
          address = upload.url;
        },
        onAfterResponse: () => say(""),
        onShouldRetry: isWorthAgain,
        onProgress: progress,
        onSuccess: done,
        onError: failed,
      });
      upload.start();
    };

    const metadata = () => ({
      filename: file.name,
      modified: String(file.lastModified),
      ...(again ? { again: "1" } : {}),
    });
    const asHeader = (pairs) => Object.entries(pairs).map(([key, text]) => `${key} ${encoded(text)}`).join(",");
    const known = () =>
      [...form.querySelectorAll("[data-unfinished]")].find(
        (one) => one.dataset.metadata === asHeader(metadata()) && Number(one.dataset.size) === file.size,
      );

    // after a new login the page has a new token, and whoever is still logged out gets another page
    const renew = () =>
      fetch(location.href, { headers: { Accept: "text/html" } })
        .then((answer) => (answer.ok && !answer.redirected ? answer.text() : ""))
        .then((text) => {
          const page = new DOMParser().parseFromString(text, "text/html");
          const token = page.querySelector("form[data-upload] [name=csrfmiddlewaretoken]");
          if (token) form.elements.csrfmiddlewaretoken.value = token.value;
          return Boolean(token);
        });

    form.addEventListener("submit", (event) => {
      file = form.elements.file.files[0];
      if (!file) return; // the server says what is missing
      event.preventDefault();
      const mine = looked;
      const wasAsked = !note.hidden;
      mine.then((found) => {
        // meanwhile another file was chosen, or this one is being sent
        if (mine !== looked || sending) return;
        // who was too quick to see the question presses once more
        if (found.code || (found.known && !wasAsked)) {
          form.elements.file.focus();
          return;
        }
        tell("", false);
        const before = known();
        address = before ? new URL(before.dataset.unfinished, location.href).href : undefined;
        quarter = -1;
        start();
      });
    });
    form.elements.file.addEventListener("change", beginLook);
    if (form.elements.file.files.length) beginLook(); // some browsers keep it when a page is shown again
    part("pause").addEventListener("click", () => {
      upload.abort();
      say("paused");
      show(false);
      part("go").focus();
    });
    part("go").addEventListener("click", () => {
      renew().then(
        (may) => (may ? start() : say("login")),
        () => say("away"),
      );
    });
    part("cancel").addEventListener("click", () => {
      upload.abort();
      const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "Tus-Resumable": "1.0.0" };
      const gone = address ? fetch(address, { method: "DELETE", headers }) : Promise.resolve();
      gone.then(
        () => location.reload(),
        () => say("away"),
      );
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (window.tus && tus.isSupported) document.querySelectorAll("form[data-upload]").forEach(dress);
  });
})();
