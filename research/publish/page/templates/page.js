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

  /* Put a question into its card and make it live. */
  async function ask(card, position) {
    if (!(card.id in data.cards)) return;
    const questions = JSON.parse(await unpack(data.cards[card.id]));
    if (!questions.length) return;
    const index = Math.min(position, questions.length - 1);
    const host = $("[data-host]", card);
    questions[0].html ||= (host.first ??= host.innerHTML);
    if (host.shown !== index || !host.live) host.innerHTML = questions[index].html; // escaped when written
    Object.assign(host, { shown: index, live: true });
    const select = $("[data-ask]", card);
    if (select) select.value = String(index);
    explore($("[data-explorer]", host), questions[index].explorer);
    $("[data-sliders]", host).replaceChildren(...questions[index].sliders.map(slide));
    showFigure($(".drawing", host));
    guide(card);
    for (const details of all("details.rows", host)) {
      details.addEventListener("toggle", () => details.open && showRows(details, card, index));
    }
  }

  /* The list of what a card holds, beside it. */
  function guide(card) {
    const entries = all("h3", card).map((head) => {
      const button = el("button", { type: "button" }, head.textContent);
      button.addEventListener("click", () => head.scrollIntoView());
      return el("li", {}, button);
    });
    $(".guide ol", card)?.replaceChildren(...entries);
  }

  // Switches and sliders -----------------------------------------------------------------------------
  /* Columns in a box: reads the one that is told, and tells the one that is clicked. */
  async function columns(box, { params, datasets }, chosen = () => {}) {
    const values = data.columns.params.map((each) => ({ ...each, value: params[each.name] ?? each.value }));
    const view = await draws(box, { ...data.columns, params: values, datasets });
    view.addSignalListener("near", (_, { n }) => n && chosen(n[0]));
    return view;
  }
  function readout(point, lead) {
    return [
      el("p", { class: "lead" }, lead),
      el("p", { class: "found" }, point.text),
      el("p", { class: "limits", hidden: !point.interval }, point.interval),
      el("p", {}, verdict(point.word)),
    ];
  }
  const canvas = () => el("div", { class: "canvas columns", "aria-hidden": "true" });
  const outlet = () => el("div", { class: "readout", "aria-live": "polite" });
  const equal = (one, other) => one.every((value, at) => value === other[at]);

  function explore(host, { choices, specifications, skipped, still, command, drawn }) {
    const many = specifications.length;
    const primary = choices.map((choice) => choice.primary);
    const told = choices.map(({ name, values }) => values.indexOf(state.get(name) ?? ""));
    let chosen = told.map((value, at) => (value < 0 ? primary[at] : value));
    let view = null;
    const find = (place) => specifications.findIndex((each) => each.at.some((one) => equal(one, place)));
    const why = (place) => skipped.find((each) => equal(each.at, place))?.reason ?? "It was not computed.";
    const out = outlet();
    const box = canvas();
    const code = $("[data-command]", host.closest(".question"));
    const back = el("button", { type: "button" }, "Back to the primary specification");
    const options = choices.flatMap(({ values }, at) => values.map((value, index) => {
      const input = el("input", { type: "radio", name: `choice-${at}`, value: index });
      const beside = el("span", { class: "aside" });
      input.addEventListener("change", () => choose(chosen.with(at, index)));
      return { at, index, input, beside, row: el("label", { class: "option" }, input, el("span", {}, value), beside) };
    }));
    const fields = choices.map(({ name, about, values }, at) =>
      el("fieldset", { hidden: values.length < 2 || name in still }, el("legend", {}, name),
        about && el("p", { class: "aside" }, about),
        ...options.filter((each) => each.at === at).map((each) => each.row)));

    /* The switches, the command and the address say the same; a value without an estimate is off. */
    function choose(place) {
      chosen = place;
      const position = find(chosen);
      back.hidden = equal(chosen, primary);
      for (const { at, index, input, beside } of options) {
        const other = chosen.with(at, index);
        const found = specifications[find(other)];
        input.checked = index === chosen[at];
        input.disabled = !found && !input.checked;
        beside.textContent = found ? (input.checked ? "" : `${found.word}, ${found.text}`) : why(other);
      }
      choices.forEach(({ name, values }, at) =>
        state.set(name, chosen[at] === primary[at] ? "" : values[chosen[at]]));
      const changed = choices.map((choice, at) => choice.arguments[chosen[at]])
        .filter((_, at) => chosen[at] !== primary[at]);
      code.textContent = [command, ...changed].join(" ");
      out.replaceChildren(...(position < 0 ? [el("p", { class: "lead" }, why(chosen))] : found(position)));
      view?.signal("at", position).runAsync();
    }
    function found(position) {
      const which = back.hidden ? "The primary specification" : "Another specification";
      return readout(specifications[position], `${which}: ${position + 1} of ${many} in order of size`);
    }

    back.addEventListener("click", () => choose(primary));
    const note = "Each column is one specification, in order of size. Shaded: what the verdict compares with.";
    const fixed = Object.entries(still).map(([name, reason]) => `${name} (${reason})`).join("; ");
    host.replaceChildren(out, ...(many > 1 ? [box, el("p", { class: "aside" }, note)] : []), ...fields,
      fixed && el("p", { class: "aside" }, `No choice here: ${fixed}.`), back);
    choose(find(chosen) < 0 ? primary : chosen);
    if (many < 2) return;
    columns(box, drawn, (n) => choose(specifications[n].at[0])).then((made) => {
      view = made;
      view.signal("at", find(chosen)).runAsync();
    });
  }

  function slide({ label, measure, without_interval: bare, grid, points, start, drawn }, number) {
    const name = `slider ${number + 1}`;
    const last = points.length - 1;
    const out = outlet();
    const box = canvas();
    const input = el("input", { type: "range", min: 0, max: last, step: 1, "aria-label": label });
    input.value = state.get(name) ?? start;
    let view = null;

    function show() {
      const at = Number(input.value);
      const { text, word } = points[at];
      input.setAttribute("aria-valuetext", `${grid[at]}: ${text}, ${word}`);
      out.replaceChildren(...readout(points[at], `At ${grid[at]}`));
      view?.signal("at", at).runAsync();
    }
    input.addEventListener("input", show);
    input.addEventListener("change", () => state.set(name, Number(input.value) === start ? "" : input.value));
    show();
    columns(box, drawn).then((made) => { view = made; show(); });

    const notes = [turns(grid, points)];
    if (measure) notes.push(`Drawn: ${measure}.`);
    if (bare) notes.push("Read off the set alone, without sampling error.");
    const ends = [grid[0], grid[last]].map((text) => el("span", {}, text));
    return el("div", { class: "slider" },
      el("p", { class: "label" }, label),
      out,
      box,
      el("div", { class: "track" }, input, el("div", { class: "ends" }, ...ends)),
      el("p", { class: "aside" }, notes.join(" ")));
  }
  /* Where along the grid the verdict changes, in words. */
  function turns(grid, points) {
    const parts = [];
    points.forEach(({ word }, index) => {
      if (parts.at(-1)?.word === word) parts.at(-1).to = grid[index];
      else parts.push({ word, from: grid[index], to: grid[index] });
    });
    const told = parts.map(({ word, from, to }) =>
      from === to ? `${word} at ${from}` : `${word} from ${from} to ${to}`).join("; ");
    return `${told[0].toUpperCase()}${told.slice(1)}.`;
  }

  // Figures and rows ------------------------------------------------------------------------------------
  const COLOURS = {
    "#1a1a1a": "--ink", "#5f5f5f": "--muted", "#6b6b6b": "--muted", "#d9d9d9": "--rule",
    "#ffffff": "--paper", "#b2402a": "--china", "#1f4e8c": "--us", "#8a8a8a": "--other",
  };

  async function showFigure(host) {
    let text = await unpack(data.figures[host.dataset.figure]);
    for (const [colour, name] of Object.entries(COLOURS)) text = text.replaceAll(colour, `var(${name})`);
    const figure = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    all("style, metadata, script", figure).forEach((node) => node.remove());
    const caption = $("figcaption", host.parentElement).textContent;
    fill(figure, { role: "img", "aria-label": caption }, []);
    host.replaceChildren(document.importNode(figure, true));
  }

  function tableOf(label, heads, lines, look = {}) {
    const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
    return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
      el("table", look, el("thead", {}, head), el("tbody", {}, ...lines)));
  }

  async function showRows(details, card, question) {
    const host = $("[data-body]", details);
    if (host.childElementCount) return;
    const { rows: name, analysis, key } = details.dataset;
    const { columns, rows: lines } = (await resultOf(analysis)).answers[key].tables[name];
    const cell = (value) => el("td", { class: typeof value === "number" ? "figure" : null }, value ?? "");
    const filled = lines.map((line, index) => {
      const address = `${card.id}/${question + 1}/${name}/${index + 1}`;
      const link = el("a", { href: `#${encodeURI(address)}` }, String(index + 1));
      return el("tr", { id: address }, el("th", { scope: "row" }, link), ...line.map(cell));
    });
    const csv = el("button", { type: "button" }, "Rows (CSV)");
    csv.addEventListener("click", () =>
      save(`${analysis}-${name}.csv`, csvText([columns, ...lines]), "text/csv"));
    host.replaceChildren(tableOf(name, ["row", ...columns], filled), el("p", { class: "actions" }, csv));
  }

  async function showRow(card, name, row) {
    const details = all("details.rows", card).find((each) => each.dataset.rows === name);
    if (!details) return;
    await showRows(details, card, $("[data-host]", card).shown);
    details.open = true;
    const line = all("tbody tr", details)[Number(row) - 1];
    all(".sought", card).forEach((each) => each.classList.remove("sought"));
    line?.classList.add("sought");
    (line ?? details).scrollIntoView({ block: "center" });
  }

  // Files -------------------------------------------------------------------------------------------------
  function save(name, content, type) {
    const href = URL.createObjectURL(new Blob([content], { type }));
    const link = el("a", { href, download: name.replace(/[^\w.-]+/g, "-") });
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  }
  /* CSV; a text that a spreadsheet would take for a formula is marked as text. */
  function csvText(lines) {
    const cell = (value) => {
      const formula = typeof value === "string" && /^[=+@\t\r-]/.test(value);
      const text = formula ? `'${value}` : String(value ?? "");
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  }
  function specifications(result, key, label) {
    const names = Object.keys(result.answers[key].choices);
    const head = [...names, "value", "low", "high", "interval_low", "interval_high", "level",
      "method", "verdict"];
    const chosen = result.answers[key].specifications.filter((each) => each.label === label);
    const lines = chosen.flatMap((each) => [each.choices, ...each.equal].map((choices) => [
      ...names.map((name) => choices[name]), each.value, each.bounds.low, each.bounds.high,
      each.interval?.low, each.interval?.high, each.interval?.level, each.interval?.method, each.verdict.word,
    ]));
    return csvText([head, ...lines]);
  }
  /* The figure as a file of its own, with the page's type face inside. */
  async function drawing(name) {
    const faces = $("style").textContent.match(/@font-face\{[^}]*\}/g).join("");
    return (await unpack(data.figures[name])).replace("</style>", `${faces}</style>`);
  }
  async function picture(text) {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    await image.decode();
    const canvas = el("canvas", { width: 2 * image.naturalWidth, height: 2 * image.naturalHeight });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }
  const GET = {
    csv: async ({ downloads: name, key, label }) =>
      save(`${name}.csv`, specifications(await resultOf(name), key, label), "text/csv"),
    json: async ({ downloads: name }) =>
      save(`${name}.json`, await unpack(data.results[name]), "application/json"),
    svg: async ({ downloads: name }) =>
      save(`${name}.svg`, await drawing(name), "image/svg+xml"),
    png: async ({ downloads: name }) =>
      save(`${name}.png`, await picture(await drawing(name)), "image/png"),
  };
  const CLAIMS = {
    csv: () => {
      const lines = [Object.keys(data.claims[0]), ...data.claims.map(Object.values)];
      save("claims.csv", csvText(lines), "text/csv");
    },
    json: () => save("claims.json", `${JSON.stringify(data.claims, null, 1)}\n`, "application/json"),
  };

  async function copy(button, text) {
    try { await navigator.clipboard.writeText(text); } catch {
      const field = el("textarea", {}, text);
      document.body.append(field); field.select(); document.execCommand("copy"); field.remove();
    }
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1600);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { copy: source, copyCommand, get, getClaims, cite, address, table: name } = button.dataset;
    const card = button.closest(".card");
    if (source) copy(button, document.getElementById(source).textContent);
    if (copyCommand !== undefined) copy(button, button.previousElementSibling.textContent);
    if (address !== undefined) copy(button, location.href);
    if (get) GET[get](button.parentElement.dataset);
    if (name) unpack(data.tables[name]).then((text) => save(`${name.split("/")[1]}.csv`, text, "text/csv"));
    if (getClaims) CLAIMS[getClaims]();
    if (cite) {
      const text = $(`[data-text="${cite}"]`, card).textContent;
      save(`${card.id}.${cite === "csl" ? "json" : "bib"}`, text, "text/plain");
    }
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-ask]")) return;
    const card = event.target.closest(".card");
    location.hash = `${card.id}/${Number(event.target.value) + 1}`;
  });
  addEventListener("hashchange", route);
  route();
  startClaims();
  startCharts();
