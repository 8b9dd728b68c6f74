// An extra: looks into a migration file before a byte of it travels. What is unsure is left to the server.
"use strict";

(() => {
  const END = 0x06054b50;
  const LOCATOR_64 = 0x07064b50;
  const END_64 = 0x06064b50;
  const CENTRAL = 0x02014b50;
  const WIDE = 0xffffffff;
  const MANIFEST = "manifest.json";
  const LARGEST_MANIFEST = 4 * 1024 * 1024;
  const PIECE = 1024 * 1024;

  const view = async (file, from, length) => new DataView(await file.slice(from, from + length).arrayBuffer());
  const wide = (data, at) => Number(data.getBigUint64(at, true));
  const said = (code) => ({ code });

  // where the central directory is; `truncated` when there is none, undefined when it is unsure
  const findDirectory = async (file) => {
    const place = file.size - 22;
    const tail = place >= 0 ? await view(file, place, 22) : undefined;
    if (!tail || tail.getUint32(0, true) !== END || tail.getUint16(20, true)) {
      const head = await view(file, 0, 4);
      const begins = head.byteLength === 4 && [0x04034b50, END].includes(head.getUint32(0, true));
      // a comment, or bytes behind it: the server says which
      return begins && (await hasEnd(file)) ? undefined : said("truncated");
    }
    const found = { entries: tail.getUint16(10, true), size: tail.getUint32(12, true), at: tail.getUint32(16, true) };
    return found.at + found.size === place ? found : findDirectory64(file, place);
  };

  const findDirectory64 = async (file, place) => {
    if (place < 76) return undefined;
    const data = await view(file, place - 76, 76);
    if (data.getUint32(56, true) !== LOCATOR_64 || data.getUint32(0, true) !== END_64) return undefined;
    return { entries: wide(data, 32), size: wide(data, 40), at: wide(data, 48) };
  };

  const hasEnd = async (file) => {
    const bytes = new Uint8Array(await file.slice(-(0xffff + 22)).arrayBuffer());
    for (let at = bytes.length - 22; at >= 0; at -= 1) {
      if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6) return true;
    }
    return false;
  };

  // the manifest's entry, piece by piece; null when there is none, undefined when the directory is no directory
  const findManifest = async (file, directory) => {
    let from = directory.at;
    const end = directory.at + directory.size;
    let left = directory.entries;
    while (left > 0) {
      const data = await view(file, from, Math.min(PIECE, end - from));
      let at = 0;
      while (left > 0 && at + 46 <= data.byteLength) {
        const name = data.getUint16(at + 28, true);
        const extra = data.getUint16(at + 30, true);
        const next = at + 46 + name + extra + data.getUint16(at + 32, true);
        if (data.getUint32(at, true) !== CENTRAL) return undefined;
        if (next > data.byteLength) break;
        const text = new TextDecoder().decode(new Uint8Array(data.buffer, at + 46, name));
        if (text === MANIFEST) return readEntry(data, at, name, extra);
        left -= 1;
        at = next;
      }
      if (!at && left) return undefined;
      from += at;
    }
    return null;
  };

  const readEntry = (data, at, name, extra) => {
    const entry = {
      flags: data.getUint16(at + 8, true),
      method: data.getUint16(at + 10, true),
      unpacked: data.getUint32(at + 24, true),
      packed: data.getUint32(at + 20, true),
      at: data.getUint32(at + 42, true),
    };
    let field = at + 46 + name;
    const end = field + extra;
    while (field + 4 <= end && data.getUint16(field, true) !== 1) field += 4 + data.getUint16(field + 2, true);
    field += 4;
    for (const part of ["unpacked", "packed", "at"]) {
      if (entry[part] === WIDE && field + 8 <= end) {
        entry[part] = wide(data, field);
        field += 8;
      }
    }
    return entry;
  };

  // undefined when this browser cannot, or only the server should
  const unpack = async (file, entry) => {
    const isPlain = entry.method === 0;
    if (entry.flags & 1 || entry.unpacked > LARGEST_MANIFEST || entry.packed > 2 * LARGEST_MANIFEST) return undefined;
    if (!isPlain && (entry.method !== 8 || !window.DecompressionStream)) return undefined;
    const head = await view(file, entry.at, 30);
    const from = entry.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    const packed = file.slice(from, from + entry.packed);
    if (isPlain) return packed.arrayBuffer();
    return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
  };

  const digestOf = async (bytes) => {
    if (!window.crypto || !crypto.subtle) return "";
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const inside = async (file, numbers) => {
    const directory = await findDirectory(file);
    if (!directory || directory.code) return directory;
    const entry = await findManifest(file, directory);
    if (entry === null) return said("manifest-missing");
    const bytes = entry && (await unpack(file, entry));
    if (!bytes) return undefined;
    const { office } = JSON.parse(new TextDecoder().decode(bytes));
    const number = office && office.trade_register_number;
    if (typeof number === "string" && !numbers.includes(number)) return said("other-office");
    return { manifest: await digestOf(bytes) };
  };

  // `code` says why the server will refuse the file; `manifest` is the digest of its manifest
  window.lookInto = async (file, { largest, numbers }) => {
    if (!file.name.toLowerCase().endsWith(".zip")) return said("no_zip");
    if (!file.size) return said("empty");
    if (file.size > largest) return said("too_large");
    try {
      return (await inside(file, numbers)) || {};
    } catch (error) {
      // a manifest that is none, or a file that another program has open
      return {};
    }
  };
})();
