"""What must hold in the tables on deployments, claims, published figures and models.

Invariants catch a slip of the next freezing. The contradictions of the sources stand here as facts,
so that nobody mends them by mistake.
"""

import pandas as pd
import pytest
from huggingface_hub.utils import validate_repo_id

import research

MINE = [
    "tenthe",
    "published_claims",
    "published_aggregates",
    "model_crosswalk",
    "publisher_origins",
]
PRINTED = 0.005  # figures are printed with two decimals: half a unit of the last one
PRINTED_SHARE = 0.0005  # a share printed as per cent with one decimal

# ISO 3166-1 alpha-2 as of 2024, and the two codes of the codebook of publisher_origins.
ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
ISO = set(ISO_3166.split())
NOT_A_COUNTRY = {"ZZ", "XI"}

# The base's publisher is the publisher of its weights, not the account that mirrors them.
MIRRORS = {"huggyllama", "mistral-community", "nreimers"}


@pytest.fixture(scope="module")
def totals() -> pd.Series:
    return research.load("tenthe_totals").set_index("name")["value"]


@pytest.fixture(scope="module")
def model_tags() -> pd.DataFrame:
    return research.load("tenthe_model_tags").set_index("ollama_tag")


def country_columns() -> list[tuple[str, str]]:
    return [
        (table, column["name"])
        for name in MINE
        for table, resource in research.describe(name).resources.items()
        for column in resource["schema"]["fields"]
        if column["unit"].startswith("ISO 3166-1 alpha-2")
    ]


# Every table --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "column"), country_columns())
def test_countries_are_legal_codes(table, column):
    codes = research.load(table)[column].dropna().str.split("|").explode()
    assert set(codes) <= ISO | NOT_A_COUNTRY


def test_geography_of_published_figures_is_coded():
    figures = research.load("published_aggregates")
    places = figures.loc[figures["dimension"] == "geography", "category"]
    assert set(places[places.str.len() == 2]) <= ISO
    assert set(places[places.str.contains(":")].str[:2]) <= ISO
    assert set(places[(places.str.len() > 2) & ~places.str.contains(":")]) == {"EU member states"}


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("tenthe_countries", 20), ("tenthe_cities", 33), ("tenthe_model_tags", 10),
        ("tenthe_families", 10), ("tenthe_parameter_sizes", 15), ("tenthe_quantizations", 10),
        ("tenthe_parameter_scale", 8), ("tenthe_hosting", 10), ("tenthe_totals", 12),
        ("published_claims", 65), ("claim_sources", 15), ("published_aggregates", 402),
        ("claim_parts", 32), ("claim_terms", 15),
        ("aggregate_sources", 14), ("hub_published_anchors", 45), ("hub_maker_flows", 288),
        ("model_crosswalk", 247),
        ("model_crosswalk_tags", 45), ("model_families", 72), ("publisher_origins", 2207),
    ],
)  # fmt: skip
def test_no_row_is_lost(table, rows):
    assert len(research.load(table)) == rows


# The Tenthe report: parts and wholes --------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tenthe_countries", "discovered_ips"),
        ("tenthe_hosting", "discovered_ips"),
        ("tenthe_model_tags", "answering_hosts"),
        ("tenthe_families", "answering_hosts"),
        ("tenthe_parameter_sizes", "answering_hosts"),
        ("tenthe_quantizations", "answering_hosts"),
    ],
)
def test_ranks_agree_with_the_figures(table, column):
    frame = research.load(table)
    assert frame["rank"].tolist() == list(range(1, len(frame) + 1))
    assert frame[column].is_monotonic_decreasing


@pytest.mark.parametrize("table", ["tenthe_countries", "tenthe_hosting"])
def test_disjoint_parts_fit_into_the_discovered_addresses(table, totals):
    assert research.load(table)["discovered_ips"].sum() <= totals["discovered_ips"]


@pytest.mark.parametrize(
    "table", ["tenthe_model_tags", "tenthe_families", "tenthe_parameter_sizes",
              "tenthe_quantizations", "tenthe_parameter_scale"],
)  # fmt: skip
def test_no_overlapping_part_exceeds_the_answering_hosts(table, totals):
    assert research.load(table)["answering_hosts"].max() <= totals["answering_hosts"]


@pytest.mark.parametrize(
    "table",
    ["tenthe_model_tags", "tenthe_families", "tenthe_parameter_sizes", "tenthe_quantizations"],
)
def test_a_host_that_lists_a_model_lists_it_at_least_once(table):
    frame = research.load(table)
    assert (frame["tag_occurrences"] >= frame["answering_hosts"]).all()


def test_cities_fit_into_their_countries():
    cities = research.load("tenthe_cities").groupby("country")["discovered_ips"].sum()
    countries = research.load("tenthe_countries").set_index("country")["discovered_ips"]
    assert set(cities.index) <= set(countries.index)
    assert (cities <= countries[cities.index]).all()


@pytest.mark.parametrize(("country", "top_ten"), [("US", 24_699), ("CN", 11_315)])
def test_city_ranks_agree_with_the_figures(country, top_ten):
    cities = research.load("tenthe_cities")
    world = cities.dropna(subset="rank_world")
    national = cities[cities["country"] == country].sort_values("rank_country")
    assert world["rank_world"].tolist() == list(range(1, 21))
    assert world["discovered_ips"].is_monotonic_decreasing
    assert national["rank_country"].tolist() == list(range(1, 11))
    assert national["discovered_ips"].is_monotonic_decreasing
    assert national["discovered_ips"].sum() == top_ten
    below = national.loc[national["rank_world"].isna(), "discovered_ips"]
    assert below.max() < world["discovered_ips"].min()


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("tenthe_families", "family"),
        ("tenthe_parameter_sizes", "parameter_size"),
        ("tenthe_quantizations", "quantization"),
    ],
)
def test_tags_fit_into_their_family_size_and_quantization(table, key, model_tags):
    whole = research.load(table).set_index(key)
    known = research.load("model_crosswalk_tags").set_index("ollama_tag")[key]
    parts = model_tags.join(known, validate="1:1").dropna(subset=key).groupby(key)
    whole = whole.loc[list(parts.groups)]  # a size of a leading tag that has no row would raise
    assert (parts["tag_occurrences"].sum() <= whole["tag_occurrences"]).all()
    assert (parts["answering_hosts"].max() <= whole["answering_hosts"]).all()


def test_classes_are_contiguous():
    scale = research.load("tenthe_parameter_scale")
    for _, classes in scale.groupby("country"):
        assert classes["parameter_class"].tolist() == ["S", "M", "L", "XL"]
        assert classes["upper_billion"].tolist()[:-1] == classes["lower_billion"].tolist()[1:]
        assert classes["upper_billion"].isna().tolist() == [False, False, False, True]


# The Tenthe report: what contradicts itself -------------------------------------------------------


def test_conclusion_calls_all_discovered_addresses_reachable(totals):
    assert totals["discovered_ips_called_reachable"] == totals["discovered_ips"] == 99_412
    assert totals["answering_hosts"] == 24_038
    share = 100 * totals["answering_hosts"] / totals["discovered_ips"]
    assert share == pytest.approx(totals["answering_share"], abs=PRINTED)


def test_protocols_overlap(totals):
    both = totals["discovered_ips_http"] + totals["discovered_ips_https"] - totals["discovered_ips"]
    assert both == 9_859  # at least so many addresses answered on both


def test_default_port_is_not_the_great_majority(totals):
    share = totals["discovered_ips_port_11434"] / totals["discovered_ips"]
    assert share == pytest.approx(0.309, abs=PRINTED_SHARE)


def test_categories_overlap(totals):
    """Sums over a table exceed the hosts there are: the rows are no partition."""
    for table in ("tenthe_families", "tenthe_parameter_sizes", "tenthe_quantizations"):
        assert research.load(table)["answering_hosts"].sum() > totals["answering_hosts"]
    classes = research.load("tenthe_parameter_scale").groupby("country")["answering_hosts"].sum()
    assert classes.to_dict() == {"CN": 9_622, "US": 9_222}


def test_one_world_wide_rate_is_refuted(totals):
    china = research.load("tenthe_countries").set_index("country").loc["CN", "discovered_ips"]
    scale = research.load("tenthe_parameter_scale").set_index("country")["answering_hosts"]
    assert scale["CN"].max() > totals["answering_hosts"] / totals["discovered_ips"] * china


@pytest.mark.parametrize(
    ("table", "key", "row", "tag", "others"),
    [
        ("tenthe_parameter_sizes", "parameter_size", "4B", "qwen:latest", 51),
        ("tenthe_quantizations", "quantization", "Q4_K_S", "llama3:8b-text-q4_K_S", 48),
    ],
)
def test_some_rows_are_one_tag(table, key, row, tag, others, model_tags):
    whole = research.load(table).set_index(key).loc[row, "tag_occurrences"]
    assert whole - model_tags.loc[tag, "tag_occurrences"] == others


def test_five_leading_tags_look_like_one_block(model_tags):
    ratio = model_tags["tag_occurrences"] / model_tags["answering_hosts"]
    assert ratio.iloc[:5].between(1.94, 2.14).all()
    assert ratio.iloc[5:].between(1.18, 1.28).all()
    columns = ["answering_hosts", "tag_occurrences"]
    rest = model_tags.iloc[:4][columns] - model_tags.iloc[4][columns]
    assert (rest["tag_occurrences"] / rest["answering_hosts"]).between(1.17, 1.32).all()


def test_size_of_the_block_if_it_is_one(model_tags, totals):
    hosts, listings = model_tags.iloc[4][["answering_hosts", "tag_occurrences"]]
    everything = research.load("tenthe_quantizations")["tag_occurrences"].sum()
    assert hosts / totals["answering_hosts"] == pytest.approx(0.410, abs=PRINTED_SHARE)
    assert listings / totals["endpoints"] == pytest.approx(0.511, abs=PRINTED_SHARE)
    assert 5 * listings / everything == pytest.approx(0.593, abs=PRINTED_SHARE)


def test_the_map_is_one_of_a_single_cloud(totals):
    hosting = research.load("tenthe_hosting").groupby("provider")["discovered_ips"].sum()
    assert hosting["AWS"] / totals["discovered_ips"] == pytest.approx(0.595, abs=PRINTED_SHARE)
    # The report gives Hetzner and Leaseweb considerable shares: each is below one per cent.
    assert (hosting[["Hetzner", "Leaseweb"]] < 0.01 * totals["discovered_ips"]).all()


# Claims -------------------------------------------------------------------------------------------


def test_every_claim_has_a_source_and_every_source_a_claim():
    claims, sources = research.load("published_claims"), research.load("claim_sources")
    assert set(claims["source"]) == set(sources["source"])
    assert set(sources["source"]) == set(research.load("claim_terms")["source"])
    assert claims["claim_id"].is_unique


def test_thresholds_name_who_drew_them():
    claims = research.load("published_claims")
    assert (claims["threshold"].notna() == claims["threshold_source"].notna()).all()
    assert claims.loc[claims["kind"] == "vague", "threshold"].isna().all()


@pytest.mark.parametrize(
    ("claim", "table", "column", "rows"),
    [
        ("tenthe/us-most-deployments", "tenthe_countries", "discovered_ips", [0, 1]),
        ("tenthe/top-tags", "tenthe_model_tags", "answering_hosts", [0, 1]),
        ("tenthe/us-china-share", "tenthe_countries", "discovered_ips", [0, 1]),
        ("tenthe/us-medium-dominates", "tenthe_parameter_scale", "answering_hosts", [5, 4]),
        ("tenthe/china-medium-first", "tenthe_parameter_scale", "answering_hosts", [1, 0]),
        ("tenthe/small-models-present", "tenthe_model_tags", "answering_hosts", [5, 9]),
        ("tenthe/llama-dominates", "tenthe_families", "answering_hosts", [0, 1]),
        ("tenthe/4b-important", "tenthe_parameter_sizes", "answering_hosts", [3]),
        ("tenthe/f16-important", "tenthe_quantizations", "answering_hosts", [3]),
        ("tenthe/china-more-small", "tenthe_parameter_scale", "answering_hosts", [0, 4]),
        ("tenthe/us-more-medium", "tenthe_parameter_scale", "answering_hosts", [5, 1]),
        ("tenthe/china-more-large", "tenthe_parameter_scale", "answering_hosts", [2, 6]),
        ("tenthe/china-more-extra-large", "tenthe_parameter_scale", "answering_hosts", [3, 7]),
    ],
)
def test_stated_values_are_those_of_the_tables(claim, table, column, rows):
    stated = research.load("published_claims").set_index("claim_id").loc[claim, "stated_value"]
    figures = [int(word) for word in stated.split() if word.isdigit()]
    assert figures == research.load(table)[column].iloc[rows].tolist()


# Published figures --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    keys = ["source", "dimension", "category", "metric"]
    return research.load("published_aggregates").set_index(keys).sort_index()


def test_published_shares_are_shares(figures):
    shares = figures.loc[figures["unit"] == "percent", "value"]
    assert shares.between(0, 100).all()


def test_published_sources_are_described():
    sources = research.load("aggregate_sources")["source"]
    assert set(research.load("published_aggregates")["source"]) == set(sources)


def test_removed_honeypots_are_raw_minus_real(figures):
    survey = figures.loc["nuclide-2026-05-04", "value"]
    for provider, removed in {"Scaleway": 0, "OVH": 0, "Linode": 169}.items():
        hosts = survey["provider", provider]
        assert hosts["raw hosts"] - hosts["real hosts"] == removed
        assert survey["contamination", provider, "honeypots filtered"] == removed
    printed = survey["contamination", "Linode Ollama hits that were honeypots", "share"]
    assert printed == pytest.approx(100 * 169 / 259, abs=0.05)  # one decimal printed


def test_secondary_reading_is_never_called_exact(figures):
    assert "exact" not in set(figures.loc[figures["read"] == "secondary", "exactness"])


def test_records_of_programs_are_parts_of_their_totals(figures):
    records = figures.loc["hou-2025-records", "value"].droplevel("metric")
    totals = records["program"]
    assert totals.sum() == 320_102 == figures.loc["hou-2025", "value"]["total"].iloc[0]
    pairs = records["program and country"]
    assert len(pairs) == 15 * 14
    of_program = pairs.groupby(pairs.index.str.split(",").str[0]).sum()
    assert (of_program <= totals[of_program.index]).all()
    assert pairs[["Ollama, US", "Ollama, CN"]].tolist() == [46_871, 21_866]
    assert records["program and port"].sum() == 43_869 < totals["Ollama"]


def test_cells_at_the_limit_of_the_engine_are_floors(figures):
    cells = figures.loc["hou-2025-records"].loc["program and country"].droplevel("metric")
    floors = cells[cells["exactness"] == "at least"]
    assert sorted(floors.index) == [
        "ComfyUI, US", "Jan, US", "NextChat, CN", "NextChat, US", "Open web UI, US"
    ]  # fmt: skip
    assert floors["value"].between(9_950, 10_000).all()
    high = cells[(cells["value"] > 9_000) & (cells["exactness"] == "exact")]
    assert high.index.str.startswith("Ollama").all()


# Flows of downloads by maker ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def maker_flows() -> pd.DataFrame:
    return research.load("hub_maker_flows")


@pytest.mark.parametrize(
    ("cohort", "month", "everyone", "alibaba", "deepseek"),
    [
        ("35 models", "2025-03-01", 72_501_776, 4_635_852, 8_288_677),
        ("35 models", "2025-12-01", 72_866_950, 16_235_582, 7_974_919),
        ("41 models", "2025-06-01", 60_147_659, 10_380_792, 5_295_341),
        ("41 models", "2026-07-01", 175_906_901, 85_471_761, 15_587_263),
    ],
)
def test_flows_are_those_of_an_independent_computation(
    maker_flows, cohort, month, everyone, alibaba, deepseek
):
    rows = maker_flows[(maker_flows["cohort"] == cohort) & (maker_flows["month"] == month)]
    flow = rows.set_index("maker")["hub_downloads_per_30d"]
    assert abs(flow.sum() - everyone) <= len(flow)  # each is rounded
    assert flow[["Alibaba", "DeepSeek"]].tolist() == [alibaba, deepseek]


def test_cohorts_keep_their_models_and_one_month_is_a_line(maker_flows):
    models = maker_flows.groupby(["cohort", "month"])["n_models"].sum()
    assert set(models["35 models"]) == {35}
    assert set(models["41 models"]) == {41}
    assert (len(models["35 models"]), len(models["41 models"])) == (10, 14)
    lines = maker_flows.loc[maker_flows["interpolated"], "month"].unique()
    assert list(lines) == [pd.Timestamp("2025-06-01")]
    assert (maker_flows["hub_downloads_per_30d"] > 0).all()


def test_no_private_person_is_named_among_the_makers(maker_flows):
    origins = research.load("publisher_origins")
    persons = set(origins.loc[origins["kind"] == "individual", "author"])
    assert persons.isdisjoint(maker_flows["maker"])


# Models -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("model_crosswalk", "hub_repository"),
        ("model_crosswalk", "hub_repository_2026"),
        ("model_crosswalk", "base_hub_repository"),
        ("model_crosswalk_tags", "hub_repository"),
        ("model_crosswalk_tags", "base_hub_repository"),
    ],
)
def test_repositories_are_legal_names(table, column):
    repositories = research.load(table)[column].dropna()
    assert repositories.str.count("/").eq(1).all()
    for repository in repositories:
        validate_repo_id(repository)  # raises where the name is not one the Hub accepts


def test_crosswalk_covers_the_tags_of_the_report(model_tags):
    assert set(model_tags.index) <= set(research.load("model_crosswalk_tags")["ollama_tag"])


def test_a_latest_tag_is_its_names_default():
    names, tags = research.load("model_crosswalk"), research.load("model_crosswalk_tags")
    latest = tags[tags["ollama_tag"].str.endswith(":latest")]
    both = latest.merge(names, on="ollama_name", how="left", validate="1:1", suffixes=("", "_name"))
    for column in ("hub_repository", "base_hub_repository", "publisher_country", "quantization"):
        assert both[column].equals(both[f"{column}_name"]), column
    seen = both.dropna(subset="parameter_size_name")
    assert seen["parameter_size"].equals(seen["parameter_size_name"])


@pytest.mark.parametrize(
    ("table", "repository", "country"),
    [
        ("model_crosswalk", "hub_repository", "publisher_country"),
        ("model_crosswalk", "hub_repository_2026", "publisher_country"),
        ("model_crosswalk", "base_hub_repository", "base_publisher_country"),
        ("model_crosswalk_tags", "hub_repository", "publisher_country"),
        ("model_crosswalk_tags", "base_hub_repository", "base_publisher_country"),
    ],
)
def test_countries_agree_with_publisher_origins(table, repository, country):
    origins = research.load("publisher_origins").set_index("author")["country"]
    frame = research.load(table).dropna(subset=repository)
    account = frame[repository].str.split("/").str[0]
    coded = account.isin(origins.index) & ~account.isin(MIRRORS)
    assert coded.sum() > 0.75 * len(frame)
    assert frame.loc[coded, country].tolist() == origins[account[coded]].tolist()


def test_candidates_are_the_country_where_it_is_known():
    names = research.load("model_crosswalk")
    known = names["publisher_country"] != "ZZ"
    assert names.loc[known, "publisher_candidates"].equals(names.loc[known, "publisher_country"])
    several = names.loc[~known, "publisher_candidates"].dropna()
    assert set(several) == {"CN|US", "FR|US"}


def test_base_columns_come_together():
    names = research.load("model_crosswalk")
    based = names["base_publisher"].notna()
    assert (names["base_publisher_country"].notna() == based).all()
    assert (names["derivative"].fillna(False) == based).all()


@pytest.mark.parametrize(
    ("value", "basis"),
    [
        ("parameters_billion", "parameters_basis"),
        ("family", "family_basis"),
        ("hub_repository", "match_basis"),
    ],
)
def test_every_match_says_how_it_was_made(value, basis):
    names = research.load("model_crosswalk")
    assert names[value].notna().equals(names[basis].notna())


def test_size_lists_are_separated():
    """Every size is one number with its unit; the raw lists had lost separators."""
    sizes = research.load("model_crosswalk")["size_tags"].dropna().str.split("|").explode()
    assert sizes.str.fullmatch(r"e?\d+(\.\d+)?(x\d+)?[mb]").all()


def test_library_of_the_reports_day():
    names = research.load("model_crosswalk")
    assert names["in_library_2025_04_24"].sum() == 166
    assert names["default_changed_by_2025_08"].fillna(False).sum() == 3
