"""Does the United States run more Ollama hosts than China for its size?

The claim counts hosts, and the larger country has more of anything. What a country's hosts are set
against is no convention but another question each time: developers could run a host, people could
use one, and on a registered address one could be found. So these are three questions, asked of the
addresses that the report lists and of the records that others counted in the same week.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Hypothesis, NotApplicable, Sample, figures
from research.doubts import turned_at
from research.measures.hosts import LISTED, TENTHE_ADDRESSES
from research.measures.other_scans import HOU_RECORDS, ONE_SOURCE

RATE = "hosts of the US per {}, over those of China"
RECORDS_RATE = "records of the US per {}, over those of China"
PER = ("developer", "person", "registered address")

HYPOTHESES = {
    label.format(per): Hypothesis(
        claims=["tenthe/us-most-deployments"],
        estimand=f"{what} per {per} in the US over those per {per} in China",
        null=1,
        null_source="equality: the claim says that one country has more",
        alternative="greater",
        role=role,
        scope="other measure",
        part="first",
    )
    for label, what, role in (
        (RATE, "listed addresses", "reanalysis"),
        (RECORDS_RATE, "records of a program", "out of sample"),
    )
    for per in PER
}
PROGRAMS = {
    "records of Ollama": "Ollama", "records of vLLM": "VLLM", "records of llama.cpp": "llamacpp",
}  # fmt: skip
GREATER_CHINA = ["CN", "HK", "TW"]
WEEK = pd.Timestamp("2025-04-24")
MILLION = 1e6
POWERS = (0.1, 1, 10, 100, 1000)
PLURAL = {
    "developer": "developers", "person": "people", "registered address": "registered addresses",
}  # fmt: skip


def sample(
    tenthe_countries,
    published_aggregates,
    country_developers,
    country_people,
    country_addresses,
    *,
    counted: Annotated[Literal["listed addresses", *PROGRAMS], ESTIMAND] = "listed addresses",
    per: Annotated[Literal[*PER], ESTIMAND] = "developer",
    quarter: Literal["of the week", "the one before"] = "of the week",
    china: Literal["mainland", "with Hong Kong and Taiwan"] = "mainland",
) -> Sample:
    if per != "developer" and quarter != "of the week":
        raise NotApplicable("only developers are counted by quarter")
    if china != "mainland" and (per == "person" or counted != "listed addresses"):
        raise NotApplicable("people and records are not told of both Hong Kong and Taiwan")
    if counted == "listed addresses":
        hosts = tenthe_countries.set_index("country")["discovered_ips"]
        population, as_of, label = TENTHE_ADDRESSES, f"{WEEK:%Y-%m-%d}", RATE
    else:
        rows = HOU_RECORDS.of_program(published_aggregates, PROGRAMS[counted], "country")
        hosts = rows.set_index("category")["value"]
        population, as_of = f"{counted} ({HOU_RECORDS.population})", HOU_RECORDS.as_of
        label = RECORDS_RATE
    sizes = {
        "developer": _of_quarter(country_developers, quarter),
        "person": _of_year(country_people),
        "registered address": country_addresses.set_index("country")["ipv4_addresses"],
    }[per]
    countries = {"US": ["US"], "China": GREATER_CHINA if china != "mainland" else ["CN"]}
    table = pd.DataFrame(index=list(countries))
    table["hosts"] = [float(hosts[codes].sum()) for codes in countries.values()]
    table["size"] = [float(sizes[codes].sum()) for codes in countries.values()]
    table["rate"] = table["hosts"] / table["size"] * MILLION
    return Sample(
        population=population,
        as_of=as_of,
        data={
            "rates": table,
            "label": label.format(per),
            "per": per,
            "counts": LISTED if counted == "listed addresses" else ONE_SOURCE,
        },
        tables={"rates": table.rename_axis("country").reset_index()},
    )


def _of_quarter(developers, quarter) -> pd.Series:
    """Developers of the last quarter that had begun, or of the one before."""
    begun = sorted(day for day in developers["quarter"].unique() if day <= WEEK)
    day = begun[-1 if quarter == "of the week" else -2]
    return developers[developers["quarter"] == day].set_index("country")["developers"]


def _of_year(people) -> pd.Series:
    last = people[people["year"] == min(people["year"].max(), WEEK.year)]
    return last.set_index("country")["population"]


def estimate(sample) -> Estimate:
    rates, per = sample["rates"], sample["per"]
    ratio = rates.at["US", "rate"] / rates.at["China", "rate"]
    small = "China" if ratio < 1 else "the US"
    level = turned_at(
        f"factor on the {PLURAL[per]} that are counted in {small}",
        f"level if {small} had {{}} times as many {PLURAL[per]} as are counted",
        float(max(ratio, 1 / ratio)),
    )
    return Estimate.of(
        sample["label"],
        ratio,
        "ratio",
        rates["hosts"].sum(),
        "hosts or records in both",
        sample["counts"],
        SIZES[per],
        tipping_points=(level,),
    )


SIZES = {
    "developer": Assumption.of_scope(
        name="a developer is an account on GitHub",
        evidence="GitHub is blocked in part in China, and platforms there are not counted: China's "
        "developers are at least so many, and its hosts per developer at most.",
    ),
    "person": Assumption.of_scope(
        name="people of a country run the hosts that stand there",
        evidence="Most hosts stand in data centres, which serve customers of any country.",
    ),
    "registered address": Assumption.of_scope(
        name="addresses are in use where they are registered",
        evidence="A cloud's addresses are mostly registered in the US, wherever its computers are.",
    ),
}


def figure(result):
    canvas, panels = figures.canvas((1, 3), height=2.5, source=result, sharey=True)
    rows = [*dict.fromkeys(result.choices["counted"])]
    for axes, per, letter in zip(panels, PER, "abc", strict=True):
        for row, counted in enumerate(rows):
            table = result.answer(counted=counted, per=per).tables["rates"]
            rates = {line[0]: line[table.columns.index("rate")] for line in table.rows}
            axes.plot(list(rates.values()), [-row] * 2, color=figures.FAINT, lw=1.5, zorder=0)
            axes.plot(rates["US"], -row, "s", color=figures.UNITED_STATES, ms=6)
            axes.plot(rates["China"], -row, "o", color=figures.CHINA, ms=6)
        axes.set(xscale="log", title=f"{letter}  per million\n{PLURAL[per]}")
        figures.plain_ticks(axes.xaxis, POWERS)
    figures.label_rows(panels[0], rows)
    panels[2].plot([], [], "s", color=figures.UNITED_STATES, label="US")
    panels[2].plot([], [], "o", color=figures.CHINA, label="China")
    panels[2].legend(loc="lower right", fontsize=7.5)
    panels[1].set_xlabel("hosts or records (logarithmic)")
    return canvas
