  /* Families of models: a table to search, sort and filter, and a card for each. Numbers, texts and
     courses were made when the page was written. */
  const families = $("#families");
  const familyCard = $("#family");
  const FIRST_FAMILIES = 20;
  const familyOrder = headsOf(families, "-pulls");
  const everyFamily = { value: "" }; // "1": all in the table
  let cube = null;
  let scatter = null;

  const familyForm = $("[data-families-filter]", families);
  const familyBody = $("tbody", families);
  const familyLines = all("tr", familyBody);
  const loadFamilies = async () => (cube ??= JSON.parse(await unpack(data.explore)));
  const lineOf = (row) => familyLines[row.row];

  function familyFits(row, { text, origin, size }) {
    const told = `${row.family} ${row.organisation} ${row.origin}`.toLowerCase();
    const holds = (terms) => terms.trim().split(/\s+/).every((term) => told.includes(term));
    const sought = text.toLowerCase().split(",").filter((terms) => terms.trim());
    return (!origin || row.group === origin) && (!size || row.classes.includes(size))
      && (!sought.length || sought.some(holds));
  }
  function shownFamilies() {
    const wanted = Object.fromEntries(new FormData(familyForm));
    const found = cube.rows.filter((row) => familyFits(row, wanted));
    return inOrder(found, familyOrder.value, (row, name) => row[name]);
  }
  function showFamilies() {
    const found = shownFamilies();
    scatter?.show(found);
    const inTable = new Set(everyFamily.value ? found : found.slice(0, FIRST_FAMILIES));
    familyLines.forEach((line) => { line.hidden = true; });
    found.forEach((row) => { lineOf(row).hidden = !inTable.has(row); });
    familyBody.append(...found.map(lineOf));
    $("[data-count]", families).textContent = `${found.length} of ${cube.rows.length} families`;
    $("[data-no-family]", families).hidden = found.length > 0;
    $("#families-table").hidden = found.length === 0;
    const more = $("[data-more-families]", families);
    more.hidden = found.length <= FIRST_FAMILIES;
    more.textContent = everyFamily.value ? `First ${FIRST_FAMILIES} alone` : `All ${found.length} in the table`;
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

  function listenToFamilies() {
    const { text, origin, size } = familyForm.elements;
    const changed = inAddress({
      "explore.text": text, "explore.origin": origin, "explore.size": size,
      "explore.sort": familyOrder, "explore.all": everyFamily,
    }, showFamilies);
    familyForm.addEventListener("input", changed);
    familyForm.addEventListener("submit", (event) => event.preventDefault());
    familyForm.addEventListener("reset", () => setTimeout(changed));
    families.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      const { sort: name, moreFamilies, takeFamilies } = button?.dataset ?? {};
      if (name) familyOrder.value = turned(name);
      if (moreFamilies !== undefined) everyFamily.value = everyFamily.value ? "" : "1";
      if (name || moreFamilies !== undefined) changed();
      if (takeFamilies) TAKE[takeFamilies]("families", cube, "");
    });
  }
  /* Texts from A, numbers from the most; another click turns the order. */
  function turned(name) {
    const ways = typeof cube.rows[0][name] === "string" ? [name, `-${name}`] : [`-${name}`, name];
    return familyOrder.value === ways[0] ? ways[1] : ways[0];
  }

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
    const lines = rows.map((row) => el("tr", {}, ...[row.begin ?? "", row.end, row.amount, row.of]
      .map((text, at) => el("td", { class: at === 2 ? "figure" : null }, text))));
    const heads = ["from", "until", counted, "of"];
    return tableOf(`${name}: ${counted}`, heads, lines, { class: "course" });
  }

  async function startExplore() {
    await loadFamilies();
    startScatter();
    listenToFamilies();
    showFamily();
    families.dataset.ready = "";
    addEventListener("hashchange", () => {
      showFamily();
      if (place() === "explore") families.scrollIntoView();
    });
  }

  // Start -------------------------------------------------------------------------------------------
  addEventListener("hashchange", route);
  route();
  startClaims();
  startCharts();
  startExplore();
