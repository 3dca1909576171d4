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
