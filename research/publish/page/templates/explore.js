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
    if (takeFamilies) TAKE[takeFamilies]("families", cube);
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
      ...familyCourses(row.family),
      el("p", { class: "aside" }, row.source),
    ].filter(Boolean);
  }
  function familyCourses(name) {
    return Object.entries(cube.courses[name] ?? {}).flatMap(([counted, rows]) => {
      if (!rows.length) return [];
      const { title, note } = cube.told[counted];
      return [el("h3", {}, title), el("p", { class: "aside" }, note), courseTable(name, counted, rows)];
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
