  /* The charts of the first screen: Vega-Lite draws them, switches choose the view, keys and
     pointer read values. Rows, sentences and specifications were made when the page was written. */
  let drawingLibrary = null;

  /* Vega, Vega-Lite and Vega-Embed; the policy of the page knows them by their hash. */
  function library() {
    drawingLibrary ??= unpack(data.library).then((text) => {
      document.head.append(el("script", {}, text));
      return window.vegaEmbed;
    });
    return drawingLibrary;
  }
  /* Expressions are interpreted and not compiled, so that the page needs no "unsafe-eval". */
  const QUIET = { ast: true, actions: false, renderer: "svg", tooltip: false };

  async function draws(host, spec) {
    const embed = await library();
    return (await embed(host, spec, { ...QUIET, mode: "vega-lite" })).view;
  }

  /* A drawing of rows, made once its host comes near the screen; a pointer or the arrow keys read
     its marks. */
  function drawingOf(host, out, spec, words) {
    let [drawn, walked, rest, signals, at, view] = [[], [], out.textContent, {}, -1, null];

    function read(number) {
      if (number === at) return;
      at = number;
      const row = drawn.find((each) => each.row === at);
      out.replaceChildren(...(row ? words(row) : [rest]));
      out.classList.toggle("on", Boolean(row));
      view?.signal("at", at).runAsync();
    }
    /* Draws rows, of which keys read some; a note stands below while none is read. */
    function show(rows, { keys = rows, note = rest, ...told } = {}) {
      [drawn, walked, rest, signals, at] = [rows, keys, note, told, null];
      read(-1);
      redraw();
    }
    function redraw() {
      for (const [name, value] of Object.entries(signals)) view?.signal(name, value);
      view?.data("rows", drawn).runAsync();
    }
    host.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step || !walked.length) return;
      event.preventDefault();
      const place = walked.findIndex((each) => each.row === at);
      const next = place < 0 ? (step > 0 ? 0 : walked.length - 1) : place + step;
      read(walked[Math.max(0, Math.min(next, walked.length - 1))].row);
    });
    async function start() {
      const canvas = el("div", { class: "canvas", "aria-hidden": "true" });
      host.replaceChildren(canvas);
      view = await draws(canvas, { ...spec, datasets: { ...spec.datasets, rows: drawn } });
      view.addSignalListener("near", (_, near) => near.row && read(near.row[0]));
      redraw();
      await view.runAsync();
      host.dataset.shown = "";
    }
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((each) => each.isIntersecting)) return;
      seen.disconnect();
      start();
    }, { rootMargin: "3000px" });
    seen.observe(host);
    return { show, read: () => drawn.find((each) => each.row === at) };
  }

  function startChart(figure) {
    const chart = data.charts[figure.dataset.chart];
    const switches = all("[data-switch]", figure);
    const viewName = () => switches.map((each) => each.value).join("/");
    const rowsOf = (name) => chart.rows.filter((row) => row.view === name);
    const { show: draw } = drawingOf($("[data-draw]", figure), $("[data-read]", figure), chart.spec,
      (row) => [row.words]);

    function show() {
      allow();
      const view = viewName();
      const { sentence, under, note } = chart.views[view];
      const keys = rowsOf(view);
      $("[data-sentence]", figure).textContent = sentence;
      $("[data-under]", figure).textContent = under;
      fillTable($("[data-table]", figure), chart, keys);
      draw(chart.together ? chart.rows : keys, { keys, note, view });
    }
    /* A value that leads nowhere is switched off, and says why. */
    function allow() {
      const [first, ...others] = switches;
      const options = others.flatMap((each) => all("option", each));
      const why = (option) => chart.without[`${first.value}/${option.value}`] ?? "";
      for (const option of options) option.disabled = Boolean(why(option));
      for (const each of others) if (each.selectedOptions[0].disabled) each.selectedIndex = 0;
      const told = [...new Set(options.map(why).filter(Boolean))].join(" ");
      Object.assign($("[data-why]", figure), { textContent: told, hidden: !told });
    }

    const named = switches.map((each) => [`${figure.dataset.chart}.${each.dataset.switch}`, each]);
    figure.addEventListener("change", inAddress(Object.fromEntries(named), show));
    for (const button of all("[data-take]", figure)) {
      button.addEventListener("click", () => TAKE[button.dataset.take](figure.dataset.chart, chart, viewName()));
    }
  }
  const withView = (spec, name) => ({
    ...spec,
    params: spec.params.map((each) => (each.name === "view" ? { ...each, value: name } : each)),
  });

  function fillTable(table, { columns }, rows) {
    const cell = (row, name) => el("td", { class: typeof row[name] === "number" ? "figure" : null }, row[name] ?? "");
    $("tbody", table).replaceChildren(...rows.map((row) =>
      el("tr", {}, ...columns.map(({ name }) => cell(row, name)))));
  }

  /* The chart as a file of its own: wider, with its title and source, and the page's type face. */
  async function chartDrawing(name, chart, view) {
    const rows = chart.together ? chart.rows : chart.rows.filter((row) => row.view === view);
    const { series, source } = chart.rows.find((row) => row.view === view);
    const lines = [series, source.replace(": ", ":\n")].join("\n").split("\n");
    const title = { text: chart.title, subtitle: lines, anchor: "start", fontSize: 15, subtitleFontSize: 10, offset: 14, limit: 700 };
    const spec = { ...withView(chart.spec, view), width: 620, height: 340, title, background: "#ffffff", padding: 12, datasets: { ...chart.spec.datasets, rows } };
    const drawnView = await draws(document.createElement("div"), spec);
    const text = await drawnView.toSVG();
    drawnView.finalize();
    const faces = $("style").textContent.match(/@font-face\{[^}]*\}/g).join("");
    return text.replace(/<svg[^>]*>/, (open) => `${open}<style>${faces}</style>`);
  }
  const TAKE = {
    svg: async (name, chart, view) => save(`${name}.svg`, await chartDrawing(name, chart, view), "image/svg+xml"),
    png: async (name, chart, view) => save(`${name}.png`, await picture(await chartDrawing(name, chart, view)), "image/png"),
    csv: async (name, chart) => {
      const names = chart.columns.map((each) => each.name);
      save(`${name}.csv`, csvText([names, ...chart.rows.map((row) => names.map((each) => row[each]))]), "text/csv");
    },
    codebook: async (name, chart) => {
      const lines = chart.columns.map(({ name: column, unit, about }) => [column, unit, about]);
      save(`${name}-codebook.csv`, csvText([["column", "unit", "description"], ...lines]), "text/csv");
    },
  };
  const startCharts = () => all("[data-chart]").forEach((figure) => startChart(figure));
