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

  const size = (bytes) => {
    const units = ["bytes", "kB", "MB", "GB"];
    let power = 0;
    while (bytes >= 1024 && power < units.length - 1) {
      bytes /= 1024;
      power += 1;
    }
    return `${bytes.toLocaleString("nl-NL", { maximumFractionDigits: power ? 1 : 0 })} ${units[power]}`;
  };

  const dressFileField = (field) => {
    const input = field.querySelector("input[type=file]");
    const chosen = field.querySelector("[data-chosen]");
    field.querySelector("[data-choose]").hidden = false;
    input.classList.add("visually-hidden");
    const show = () => {
      const file = input.files[0];
      chosen.textContent = file ? `${file.name} (${size(file.size)})` : "";
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
