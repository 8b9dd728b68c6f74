// Extras only: every page works without this file.
"use strict";

(() => {
  const menus = () => document.querySelectorAll("details[data-menu][open]");

  const closeMenu = (menu, focus) => {
    menu.open = false;
    if (focus) menu.querySelector("summary").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => closeMenu(menu, true));
    if (event.key === "F1" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const help = document.querySelector("[data-help]");
      if (!help) return;
      event.preventDefault();
      window.open(help.href, "_blank", "noopener");
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) {
      event.preventDefault();
      window.print();
    }
    menus().forEach((menu) => {
      if (!menu.contains(event.target)) closeMenu(menu, false);
    });
  });

  // as the server writes it
  window.fileSize = (bytes) => {
    const units = ["bytes", "kB", "MB", "GB", "TB"];
    let power = 0;
    while (bytes >= 1024 && power < units.length - 1) {
      bytes /= 1024;
      power += 1;
    }
    const digits = power ? 1 : 0;
    const number = bytes.toLocaleString("nl-NL", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return `${number}\u00a0${units[power]}`;
  };

  // the Migratie Tool names its file after the moment when it was made
  const made = /^(\d\d)(\d\d)(\d{4})(\d\d)(\d\d)\d\d\.zip$/i;
  const describe = (file) => {
    const [, day, month, year, hour, minute] = made.exec(file.name) || [];
    if (!year) return `${file.name} (${fileSize(file.size)})`;
    return `${file.name} \u2013 ${fileSize(file.size)} \u2013 gemaakt ${day}-${month}-${year} ${hour}:${minute}`;
  };

  const dressFileField = (field) => {
    const input = field.querySelector("input[type=file]");
    const chosen = field.querySelector("[data-chosen]");
    field.querySelector("[data-choose]").hidden = false;
    input.classList.add("visually-hidden");
    const show = () => {
      const file = input.files[0];
      chosen.textContent = file ? describe(file) : "";
    };
    input.addEventListener("change", show);
    show();
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".field-file").forEach(dressFileField);
    const wrong = document.querySelector("[data-focus]");
    if (wrong) wrong.focus();
  });
})();
