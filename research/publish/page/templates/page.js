  /* Shows what the page holds: texts and positions that were made when it was written. It filters,
     sorts, opens cards, moves switches and sliders, and hands out files. It computes no estimate. */
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Elements ------------------------------------------------------------------------------------
  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
  const el = (name, attributes, ...children) =>
    fill(document.createElement(name), attributes, children);

  /* A word with its mark, as the page has it already. */
  function verdict(word) {
    const mark = $(`.verdict[data-word="${word}"]`, $("#overview"));
    return mark ? mark.cloneNode(true) : el("span", { class: "verdict" }, word);
  }

  // What travels compressed ---------------------------------------------------------------------
  const unpacked = new Map();

  function unpack(text) {
    if (!unpacked.has(text)) unpacked.set(text, inflate(text));
    return unpacked.get(text);
  }
  async function inflate(text) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }
  const resultOf = async (name) => JSON.parse(await unpack(data.results[name]));

  // What readers have set, in the address: #PLACE?name=value&name=value ----------------------------
  const place = () => location.hash.slice(1).split("?")[0];
  const settings = () => new URLSearchParams(location.hash.split("?")[1] ?? "");
  const state = {
    get: (name) => settings().get(name),
    set(name, value) {
      const all = settings();
      if (value) all.set(name, value); else all.delete(name);
      const told = all.toString();
      const hash = place() || told ? `#${place()}${told && `?${told}`}` : location.pathname;
      history.replaceState(null, "", hash);
    },
  };
  /* Fields by their names in the address, which has what is not as it was at first. Those of the
     overview are read when it has some, and else written as they are. */
  function inAddress(fields, show) {
    const each = Object.entries(fields).map(([name, field]) => [name, field, field.value]);
    const write = () => each.forEach(([name, field, initial]) =>
      state.set(name, field.value === initial ? "" : field.value));
    function read() {
      for (const [name, field, initial] of each) {
        const wanted = state.get(name) ?? initial;
        field.value = wanted;
        if (field.value !== wanted) field.value = initial; // no such value
      }
      show();
    }
    addEventListener("hashchange", () => {
      if ($("#overview").hidden || !$("#unknown").hidden) return;
      if (settings().size) read(); else write();
    });
    if ($("#overview").hidden) show(); else read();
    return () => { show(); write(); };
  }

  // Order: "name", "-name" the other way round, or as written --------------------------------------
  function inOrder(rows, order, key) {
    const name = order.replace("-", "");
    const sign = order.startsWith("-") ? -1 : 1;
    const keys = new Map(rows.map((row) => [row, key(row, name) ?? null]));
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en") : a - b);
    const last = (row) => Number(keys.get(row) === null); // whichever way they are sorted
    return [...rows].sort((a, b) => last(a) - last(b) || sign * compare(keys.get(a), keys.get(b)));
  }
  /* The heads of a table as a field, whose value is the order that they show. */
  function headsOf(table, initial) {
    const heads = all("[data-sort]", table);
    let value = initial;
    return {
      get value() { return value; },
      set value(wanted) {
        if (wanted && !heads.some(({ dataset }) => dataset.sort === wanted.replace("-", ""))) return;
        value = wanted;
        for (const { dataset, parentElement } of heads) {
          const way = { [dataset.sort]: "ascending", [`-${dataset.sort}`]: "descending" }[value];
          parentElement.setAttribute("aria-sort", way ?? "none");
        }
      },
    };
  }

  // The table of claims -------------------------------------------------------------------------
  const form = $(".filters");
  const table = $("#table");
  const body = $("tbody", table);
  const rows = all("tr", body);
  const words = Object.keys(data.marks);
  const order = headsOf(table, "");

  /* What a search looks through: what stands in the row, and all that the claim's answers read. */
  let foundBy = {};
  const spelled = (text) => text.toLowerCase().replaceAll("license", "licence");
  function holds(text) {
    const terms = spelled(form.elements.text.value).split(/\s+/);
    return terms.every((term) => spelled(text).includes(term));
  }

  function filter() {
    const wanted = Object.fromEntries(new FormData(form));
    let shown = 0;
    for (const row of rows) {
      const text = `${row.dataset.claim} ${row.textContent} ${foundBy[row.dataset.claim] ?? ""}`;
      const fits = ["source", "channel", "verdict"].every(
        (name) => !wanted[name] || row.dataset[name] === wanted[name],
      );
      row.hidden = !(fits && holds(text));
      shown += !row.hidden;
    }
    form.elements.count.value = `${shown} of ${rows.length} claims`;
    $(".empty").hidden = shown > 0;
    table.hidden = shown === 0;
  }
  const KEYS = {
    "": (row) => Number(!holds($("th", row).textContent)), // claims that say it themselves first
    claim: (row) => $("a", row).textContent,
    verdict: (row) => words.indexOf(row.dataset.verdict),
    agree: (row) => -Number(row.dataset.agree),
  };
  async function showClaims() {
    body.append(...inOrder(rows, order.value, (row, name) => KEYS[name](row)));
    filter();
    if (!form.elements.text.value) return;
    foundBy = JSON.parse(await unpack(data.found_by));
    filter();
  }
  function startClaims() {
    const { text, source, channel, verdict } = form.elements;
    const changed = inAddress({ text, source, channel, verdict, order }, showClaims);
    form.addEventListener("input", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(changed));
    $("[data-reset]").addEventListener("click", () => form.reset());
    for (const button of all("[data-sort]", table)) {
      const name = button.dataset.sort;
      button.addEventListener("click", () => {
        order.value = { [name]: `-${name}`, [`-${name}`]: "" }[order.value] ?? name;
        changed();
      });
    }
  }

  // Addresses: #CLAIM, #CLAIM/QUESTION, #CLAIM/QUESTION/TABLE/ROW ----------------------------------
  const cards = new Map(all(".card").map((card) => [card.id, card]));
  const title = document.title;
  let opened = null;

  function addressed() {
    let hash = place();
    try { hash = decodeURIComponent(hash); } catch { /* taken as it stands */ }
    const id = [...cards.keys()].find((key) => hash === key || hash.startsWith(`${key}/`));
    if (!id) return null;
    const [question, rowsOf, row] = hash.slice(id.length + 1).split("/");
    const position = Math.max(0, Number.parseInt(question || "1", 10) - 1) || 0;
    return { card: cards.get(id), question: position, rowsOf, row };
  }

  async function route() {
    const at = addressed();
    if (opened && opened !== at?.card) all(".drawing", opened).forEach((figure) => figure.replaceChildren());
    $("#overview").hidden = Boolean(at);
    document.body.classList.toggle("at-card", Boolean(at));
    for (const card of cards.values()) card.classList.toggle("open", card === at?.card);
    const [moved, left] = [opened !== at?.card, opened];
    opened = at?.card ?? null;
    document.title = at ? `${$("h2", at.card).textContent} · modelometrics` : title;
    $("#unknown").hidden = Boolean(at) || !place() || Boolean(document.getElementById(place()));
    if (!at) {
      dispatchEvent(new Event("resize")); // a drawing has no width while it is hidden
      if (left) comeBack(left);
      return;
    }
    await ask(at.card, at.question);
    if (moved && !at.rowsOf) { window.scrollTo(0, 0); at.card.focus({ preventScroll: true }); }
    if (at.rowsOf) await showRow(at.card, at.rowsOf, at.row);
  }

  /* To where the card was opened from, or to the list that the address names. */
  function comeBack(card) {
    const line = $(`tr[data-claim="${card.id}"]:not([hidden])`);
    const target = line ? $("a", line) : document.getElementById(place());
    target?.scrollIntoView({ block: line ? "center" : "start" });
    target?.focus({ preventScroll: true });
  }
