"""The Open LLM Leaderboard: its ten leading models day by day, and where each comes from.

Where a model comes from has three readings: the home of its publisher, of the makers of its
architecture, or of the publisher of the base that it was made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from research.doubts import among
from research.measures.publishers import ANYWHERE, PERSON, accounts_of, publishers
from research.measures.remembering import remembered

if TYPE_CHECKING:
    import pandas as pd

TOP = 10
Reading = Literal["publisher", "architecture", "base"]
# Where the architectures of the leading models were made, by the string of their configuration.
# Any other string tells nothing here.
ARCHITECTURES = {
    "Qwen2ForCausalLM": "CN",
    "InternLM2ForCausalLM": "CN",
    "LlamaForCausalLM": "US",
    "Gemma2ForCausalLM": "US",
    "Phi3ForCausalLM": "US",
    "MixtralForCausalLM": "FR",
    "MistralForCausalLM": "FR",
    "CohereForCausalLM": "CA",
}
# The leaderboard gave models of these accounts InternLM2's string from July to August 2024.
WRONG, MENDED = "InternLM2ForCausalLM", {"meta-llama": "US", "google": "US"}
MERGED = " (Merge)"  # written behind a base that is a mixture of several


def highlighted(states: pd.DataFrame) -> pd.DataFrame:
    """The rows that the maintainers highlighted, which one view of the leaderboard showed alone.

    Examples
    --------
    >>> import research
    >>> shown = highlighted(research.load("leaderboard_states"))
    >>> len(shown), int(shown["official_provider"].notna().sum())
    (6325, 0)
    """
    return states[states["highlighted"].fillna(False).astype(bool)]


@remembered
def origins_read(
    states: pd.DataFrame, origins: pd.DataFrame, reading: Reading, *, mended: bool = True
) -> pd.Series:
    """Where each listed model may come from, in one of three readings.

    Parameters
    ----------
    states
        Rows of ``leaderboard_states``.
    origins
        The table ``publisher_origins``.
    reading
        ``"publisher"`` of the model, makers of its ``"architecture"``, or publisher of its
        ``"base"``. What a merge, a model that names itself or one made from a private person's
        was made from in the end is not told.
    mended
        Whether architecture strings that are known to be wrong count as what they should be.

    Returns
    -------
    pandas.Series
        Candidates such as ``"CN"``, empty for any country; one a row of ``states``.

    Examples
    --------
    >>> import research
    >>> states = research.load("leaderboard_states")
    >>> first = states[states["as_of"] == "2024-08-19"].head(1)
    >>> origins = research.load("publisher_origins")
    >>> [origins_read(first, origins, how).item() for how in ("publisher", "architecture", "base")]
    ['no country', 'CN', '']
    """
    if reading == "architecture":
        return _of_architectures(states, mended)
    if reading == "publisher":
        return publishers(accounts_of(states["model_id"]), origins)["origin"]
    base = states["base_models"]
    told = base.str.contains("/").fillna(False) & ~base.str.endswith(MERGED).fillna(True)
    base = base.where(told & base.ne(states["model_id"]))
    known = publishers(accounts_of(base), origins)
    return known["origin"].mask(known["kind"].eq(PERSON), ANYWHERE)


def _of_architectures(states: pd.DataFrame, mended: bool) -> pd.Series:
    origin = states["architecture"].map(ARCHITECTURES).fillna(ANYWHERE)
    if not mended:
        return origin
    owner = accounts_of(states["model_id"])
    wrong = states["architecture"].eq(WRONG) & owner.isin(list(MENDED))
    return origin.mask(wrong, owner.map(MENDED))


def chinese_of_ten(states: pd.DataFrame, origin: pd.Series) -> pd.DataFrame:
    """How many of the ten leading models of each day are Chinese, at the least and at the most?

    Parameters
    ----------
    states
        Rows of ``leaderboard_states`` in the order of the source.
    origin
        Of each row, as from :func:`origins_read`.

    Returns
    -------
    pandas.DataFrame
        By day ``least``, ``shown`` (in the order of the source, none that is in doubt) and
        ``most``. Sharp: of models with the average of place ten any may be listed, as far as there
        are places, and an origin that is in doubt may be Chinese. A day with fewer than ten models
        is left out.

    Examples
    --------
    >>> import research
    >>> states = research.load("leaderboard_states")
    >>> origin = origins_read(states, research.load("publisher_origins"), "publisher")
    >>> chinese_of_ten(states, origin).loc["2024-07-13"].tolist()
    [4, 5, 5]
    """
    sure, possible = among(origin, {"CN"})
    day, score = states["as_of"], states["average_score"]
    place = states.groupby("as_of").cumcount()
    tenth = day.map(score[place == TOP - 1].set_axis(day[place == TOP - 1]))
    above, tied = score > tenth, score == tenth
    flags = {
        "above": above,
        "tied": tied,
        "sure above": above & sure,
        "possible above": above & possible,
        "others tied": tied & ~sure,
        "possible tied": tied & possible,
        "shown": (place < TOP) & sure,
    }
    sums = states[[]].assign(**flags).groupby(day).sum()
    places = TOP - sums["above"]
    least = sums["sure above"] + (places - sums["others tied"]).clip(lower=0)
    most = sums["possible above"] + sums["possible tied"].clip(upper=places)
    found = sums.assign(least=least, most=most)[["least", "shown", "most"]]
    return found[sums["tied"] > 0].astype(int)
