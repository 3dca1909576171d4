  /* Families of models: a table to search, sort and filter, and a card for each. Numbers, texts and
     courses were made when the page was written. */
  const families = $("#families");
  const familyCard = $("#family");
  const FIRST_FAMILIES = 20;
  const ASKED = { text: "", origin: "", size: "" };
  const ORDER = "-pulls";
  let cube = null;
  let order = ORDER;
  let everyFamily = false;
  let scatter = null;

  const familyForm = $("[data-families-filter]", families);
  const familyBody = $("tbody", families);
  const familyLines = all("tr", familyBody);
  const loadFamilies = async () => (cube ??= JSON.parse(await unpack(data.explore)));
  const lineOf = (row) => familyLines[row.row];

  function familyFits(row, { text, origin, size }) {
    const told = `${row.family} ${row.organisation} ${row.origin}`.toLowerCase();
    return (!origin || row.group === origin) && (!size || row.classes.includes(size))
      && text.toLowerCase().split(/\s+/).every((term) => told.includes(term));
  }
  /* Those without a value come last, whichever way they are sorted. */
  function inOrder(rows) {
    const name = order.replace("-", "");
    const sign = order.startsWith("-") ? -1 : 1;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en") : a - b);
    const lacking = (row) => Number(row[name] === null);
    return [...rows].sort((a, b) => lacking(a) - lacking(b) || sign * compare(a[name], b[name]) || a.row - b.row);
  }
  function shownFamilies() {
    const wanted = Object.fromEntries(new FormData(familyForm));
    return inOrder(cube.rows.filter((row) => familyFits(row, wanted)));
  }
  function showFamilies() {
    const found = shownFamilies();
    scatter?.show(found);
    const inTable = new Set(everyFamily ? found : found.slice(0, FIRST_FAMILIES));
    familyLines.forEach((line) => { line.hidden = true; });
    found.forEach((row) => { lineOf(row).hidden = !inTable.has(row); });
    familyBody.append(...found.map(lineOf));
    for (const button of all("[data-order]", families)) {
      const way = { [button.dataset.order]: "ascending", [`-${button.dataset.order}`]: "descending" }[order];
      button.closest("th").setAttribute("aria-sort", way ?? "none");
    }
    $("[data-count]", families).textContent = `${found.length} of ${cube.rows.length} families`;
    $("[data-no-family]", families).hidden = found.length > 0;
    $("#families-table").hidden = found.length === 0;
    const more = $("[data-more-families]", families);
    more.hidden = found.length <= FIRST_FAMILIES;
    more.textContent = everyFamily ? `First ${FIRST_FAMILIES} alone` : `All ${found.length} in the table`;
  }

  // Drawings: a pointer or the arrow keys read the marks ------------------------------------------
  /* A drawing of rows, which its host shows once it comes near the screen. */
  function drawingOf(host, out, spec, words) {
    const rest = out.textContent;
    let [rows, at, view] = [[], -1, null];

    function read(number) {
      if (number === at) return;
      at = number;
      const row = rows.find((each) => each.row === at);
      out.replaceChildren(...(row ? words(row) : [rest]));
      out.classList.toggle("on", Boolean(row));
      view?.signal("at", at).runAsync();
    }
    function show(found) {
      rows = found;
      read(-1);
      view?.data("rows", rows).runAsync();
    }
    host.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step || !rows.length) return;
      event.preventDefault();
      const place = rows.findIndex((each) => each.row === at);
      const next = place < 0 ? (step > 0 ? 0 : rows.length - 1) : place + step;
      read(rows[Math.max(0, Math.min(next, rows.length - 1))].row);
    });
    async function start() {
      const canvas = el("div", { class: "canvas", "aria-hidden": "true" });
      host.replaceChildren(canvas);
      view = await draws(canvas, { ...spec, datasets: { ...spec.datasets, rows } });
      view.data("rows", rows).runAsync();
      view.addSignalListener("near", (_, near) => near.row && read(near.row[0]));
      host.dataset.shown = "";
    }
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((each) => each.isIntersecting)) return;
      seen.disconnect();
      start();
    }, { rootMargin: "300px" });
    seen.observe(host);
    return { show, read: () => rows.find((each) => each.row === at) };
  }
  const addressOf = (row) => `#family/${encodeURIComponent(row.family)}`;

  function startScatter() {
    const host = $("[data-scatter]", families);
    const words = (row) => [`${row.words}. `, el("a", { href: addressOf(row) }, "Open")];
    scatter = drawingOf(host, $("[data-read]", families), cube.spec, words);
    const open = () => { if (scatter.read()) location.hash = addressOf(scatter.read()); };
    host.addEventListener("keydown", (event) => event.key === "Enter" && open());
    let finger = false; // which reads first, and then opens by the link
    host.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; });
    host.addEventListener("click", () => finger || open());
  }

  // What readers have set, in the address --------------------------------------------------------
  function writeFamilies() {
    for (const name of Object.keys(ASKED)) state.set(`explore.${name}`, familyForm.elements[name].value);
    state.set("explore.sort", order === ORDER ? "" : order);
    state.set("explore.all", everyFamily ? "1" : "");
  }
  function readFamilies() {
    for (const name of Object.keys(ASKED)) {
      const field = familyForm.elements[name];
      const wanted = state.get(`explore.${name}`) ?? "";
      field.value = field.options && ![...field.options].some((each) => each.value === wanted) ? "" : wanted;
    }
    const wanted = state.get("explore.sort") ?? ORDER;
    order = $(`[data-order="${CSS.escape(wanted.replace("-", ""))}"]`, families) ? wanted : ORDER;
    everyFamily = state.get("explore.all") === "1";
    showFamilies();
  }
  const changedFamilies = () => { showFamilies(); writeFamilies(); };

  familyForm.addEventListener("input", changedFamilies);
  familyForm.addEventListener("submit", (event) => event.preventDefault());
  familyForm.addEventListener("reset", () => setTimeout(changedFamilies));
  families.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button || !cube) return;
    const { order: name, takeFamilies } = button.dataset;
    if (name) {
      const first = typeof cube.rows[0][name] === "string" ? name : `-${name}`;
      order = order === first ? (first === name ? `-${name}` : name) : first;
    }
    if (button.matches("[data-more-families]")) everyFamily = !everyFamily;
    if (name || button.matches("[data-more-families]")) changedFamilies();
    if (takeFamilies) TAKE[takeFamilies]("families", cube, "");
  });

  // A family ---------------------------------------------------------------------------------------
  function familyNamed() {
    const [lead, ...rest] = place().split("/");
    if (lead !== "family") return null;
    try { return decodeURIComponent(rest.join("/")); } catch { return rest.join("/"); }
  }
  function showFamily() {
    const name = familyNamed();
    if (name === null) return;
    const row = cube.rows.find((each) => each.family === name);
    const unknown = $("[data-no-such]", familyCard);
    unknown.hidden = Boolean(row);
    unknown.textContent = row ? "" : `There is no family “${name}” here.`;
    $("h2", familyCard).textContent = row ? name : "No such family";
    document.title = `${$("h2", familyCard).textContent} · modelometrics`;
    $("[data-family-body]", familyCard).replaceChildren(...(row ? familyParts(row) : []));
  }
  function familyParts(row) {
    const facts = row.facts.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)));
    const told = row.told.map((text) => el("li", {}, text));
    return [
      el("dl", { class: "numbers" }, ...facts),
      told.length ? el("h3", {}, "What to know of it") : null,
      told.length ? el("ul", { class: "flaws" }, ...told) : null,
      ...familyCourses(row),
      el("p", { class: "aside" }, row.source),
    ].filter(Boolean);
  }
  function familyCourses(row) {
    return Object.entries(cube.courses[row.family] ?? {}).flatMap(([counted, rows]) => {
      if (!rows.length) return [];
      const { title, note, spec } = cube.told[counted];
      const label = `${title}. Arrow keys read its values, which the table below lists too.`;
      const host = el("div", { class: "draw course-drawing", tabindex: 0, role: "group", "aria-label": label });
      const out = el("p", { class: "read", "aria-live": "polite" }, note);
      const days = ({ begin, end }) => (begin ? `${begin} to ${end}` : end);
      const words = (each) => [`${each.amount} ${counted}, ${days(each)} (${each.of})`];
      drawingOf(host, out, spec, words).show(rows.map((each, at) => ({ ...each, row: at, group: row.group })));
      const folded = el("details", {}, el("summary", {}, "Table"), courseTable(row.family, counted, rows));
      return [el("h3", {}, title), host, out, folded];
    });
  }
  function courseTable(name, counted, rows) {
    const heads = ["from", "until", counted, "of"].map((head) => el("th", { scope: "col" }, head));
    const lines = rows.map((row) => el("tr", {}, ...[row.begin ?? "", row.end, row.amount, row.of]
      .map((text, at) => el("td", { class: at === 2 ? "figure" : null }, text))));
    return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${name}: ${counted}` },
      el("table", { class: "course" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...lines)));
  }

  async function startExplore() {
    await loadFamilies();
    startScatter();
    readFamilies();
    showFamily();
    families.dataset.ready = "";
    addEventListener("hashchange", (event) => {
      if (familyNamed() !== null) { showFamily(); return; }
      if (addressed()) return;
      if (new URL(event.newURL).hash.includes("?")) readFamilies();
      else if ($("#unknown").hidden) writeFamilies();
      if (place() === "explore") families.scrollIntoView();
    });
  }
  startExplore();
