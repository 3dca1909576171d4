"""The Open LLM Leaderboard: its ten leading models day by day, and where each comes from.

Where a model comes from has three readings: the home of its publisher, of the makers of its
architecture, or of the publisher of the base that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from research.doubts import Coarse, Doubt, Where, Worlds, among
from research.doubts.joining import held_by_units
from research.measures.publishers import (
    ANYWHERE,
    CHINA,
    ORIGIN,
    PERSON,
    accounts_of,
    publishers,
)
from research.measures.remembering import remembered

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Codes, Flags, Floats

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


TIED = Doubt("models that share the tenth place", "as many of them as there are places")
UNTOLD = {
    "publisher": ORIGIN,
    "architecture": Doubt("architectures that tell nothing", "makers of any country"),
    "base": Doubt("models that name no base", "any country"),
}


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
    named = base.str.contains("/").fillna(False) & ~base.str.endswith(MERGED).fillna(True)
    base = base.where(named & base.ne(states["model_id"]))
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
    counts = sums.assign(least=least, most=most)[["least", "shown", "most"]]
    return counts[sums["tied"] > 0].astype(int)


@dataclass(frozen=True, eq=False)
class LeadingTen:
    """The ten leading models of each day, to be drawn: how many of them are Chinese.

    Parameters
    ----------
    models
        One unit a model that is among the ten of a day, or may be.
    attribute
        The column that says where it comes from.
    days
        Of each day which models certainly are among the ten, which share the tenth place, and how
        many of these are listed.
    """

    models: Coarse
    attribute: str
    days: tuple[tuple[Codes, Codes, int], ...]

    @classmethod
    def of(
        cls, states: pd.DataFrame, origin: pd.Series, origins: pd.DataFrame, reading: Reading
    ) -> LeadingTen:
        """Of the arguments of :func:`chinese_of_ten`, the table of origins and the reading.

        Examples
        --------
        >>> import research
        >>> states = research.load("leaderboard_states")
        >>> origins = research.load("publisher_origins")
        >>> read = origins_read(states, origins, "publisher")
        >>> ten = LeadingTen.of(states, read, origins, "publisher")
        >>> len(ten.days) == len(chinese_of_ten(states, read))
        True
        """
        rows = states[["as_of", "model_id", "average_score"]].assign(origin=origin)
        tenth = rows[rows.groupby("as_of").cumcount() == TOP - 1].set_index("as_of")
        least = rows["as_of"].map(tenth["average_score"])
        rows = rows.assign(tied=rows["average_score"] == least)[rows["average_score"] >= least]
        rows["model"] = rows.groupby(["model_id", "origin"], sort=False).ngroup()
        listed = rows.drop_duplicates("model").set_index("model_id")["origin"]
        attribute = "origin" if reading == "publisher" else "made"
        models = _units(listed, attribute, origins, UNTOLD[reading])
        return cls(models, attribute, tuple(_places(rows)))

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return (*self.models.doubts, TIED)

    def opens(self, doubt: Doubt) -> bool:
        certain, possible = self.models.holds(self._chinese)
        if doubt != TIED:
            return doubt in self.models.doubts and bool((certain != possible).any())
        kinds = np.stack([certain, possible]).astype(int)
        return any(
            len(tied) > places and np.ptp(kinds[:, tied], axis=1).any()
            for _, tied, places in self.days
        )

    def in_worlds(self, worlds: Worlds) -> Floats:
        """How many are Chinese: an array of shape (days, worlds)."""
        chinese = held_by_units(self.models, self._chinese, worlds)
        counts = [
            chinese[above].sum(axis=0) + self._tied(chinese, tied, places, worlds)
            for above, tied, places in self.days
        ]
        return np.array(counts, dtype=float)

    def _tied(self, chinese: Flags, tied: Codes, places: int, worlds: Worlds) -> Floats:
        """How many of those that share the tenth place are Chinese and listed."""
        listed = chinese[tied]
        if len(tied) > places:
            belief = worlds.beliefs[TIED.name, ""].about("a tie", "alike")
            names = self.models.rows.index[tied].astype(str)
            keys = [""] * len(names) if belief.together == "all" else names
            drawn = np.array([worlds.uniform(TIED.name, key) for key in keys])
            order = drawn.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
            listed = listed & (order < places)
        return np.asarray(listed.sum(axis=0), dtype=float)

    @property
    def _chinese(self) -> Where:
        return Where({self.attribute: CHINA.values["origin"]})


def _places(rows: pd.DataFrame) -> Iterator[tuple[Codes, Codes, int]]:
    """Of each day which models are above the tenth, which share its place, how many are listed."""
    models, is_tied = rows["model"].to_numpy(), rows["tied"].to_numpy()
    for of_day in rows.groupby("as_of").indices.values():
        above = models[of_day][~is_tied[of_day]]
        yield above, models[of_day][is_tied[of_day]], TOP - len(above)


def _units(origin: pd.Series, attribute: str, origins: pd.DataFrame, doubt: Doubt) -> Coarse:
    """One unit a model, with where it may come from."""
    known = publishers(accounts_of(origin.index.to_series()), origins)
    rows = known[["organisation", "kind", "confirmed"]].assign(low=1.0, value=1.0, high=1.0)
    rows[attribute], rows[f"{attribute}_doubt"] = origin, doubt.name
    return Coarse(rows, (doubt,), "models")
