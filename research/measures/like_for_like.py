"""Models or names of two countries side by side, with what else they differ in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from research.doubts import Coarse, Where
from research.measures.channels import of_families
from research.measures.hub import GENERATION
from research.measures.publishers import CHINA, UNITED_STATES
from research.results import CannotEstimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from research.estimators.valid import Floats

# Licences that allow use, change and redistribution against a notice, as nearly all of them are.
NOTICE_ONLY = frozenset({"apache-2.0", "mit"})
COVARIATES = ["log age", "log size", "size not known", "text alone", "Apache or MIT"]


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Units of China and of the United States.

    Parameters
    ----------
    rows
        One row a unit: ``weight``, ``organisation``, ``chinese`` (1 or 0) and :data:`COVARIATES`.

    Raises
    ------
    CannotEstimate
        A country has fewer than two organisations: they are the draws.
    """

    rows: pd.DataFrame

    def __post_init__(self) -> None:
        pairs = self.rows.groupby("chinese")["organisation"].nunique()
        if pairs.reindex([0.0, 1.0], fill_value=0).min() < 2:
            raise CannotEstimate("China or the US has fewer than two organisations among the units")

    def design(self, *covariates: str, by_origin: bool = False) -> pd.DataFrame:
        """Regressors: ones, ``chinese``, and the covariates as differences from their means.

        Where ``by_origin``, each covariate may matter more in one country; the coefficient of
        ``chinese`` is then the mean over all units of what their origin would change (Lin 2013).
        """
        varying = [name for name in covariates if self.rows[name].nunique() > 1]
        centred = self.rows[varying] - self.rows[varying].mean()
        terms = self.rows[["chinese"]].join(centred)
        if by_origin:
            terms = terms.join(centred.mul(self.rows["chinese"], axis=0).add_suffix(" if Chinese"))
        terms.insert(0, "one", 1.0)
        return terms

    @property
    def logarithms(self) -> Floats:
        """Of the weights."""
        return np.asarray(np.log(self.rows["weight"].to_numpy(dtype=float)), dtype=float)

    def without_each(self) -> Iterator[tuple[str, pd.DataFrame, Floats]]:
        """Each organisation, with the regressors and outcomes of all others."""
        x, y = self.design(*COVARIATES), self.logarithms
        for name, own in self.rows.groupby("organisation").indices.items():
            kept = np.delete(np.arange(len(y)), own)
            yield str(name), x.iloc[kept], y[kept]

    def sized(self) -> Compared:
        """The units of known size alone."""
        return Compared(self.rows[self.rows["size not known"].eq(0)])


def compared(units: Coarse, day: pd.Timestamp, *, possible: Where | None = None) -> Compared:
    """The units of both countries with age, size, task and licence.

    Parameters
    ----------
    units
        With ``origin``, ``organisation``, ``created``, ``parameters``, ``task`` and ``licence``.
        What weighs nothing has no logarithm and is left out.
    day
        On which the age counts.
    possible
        One of the two origins, to which all units are counted that may be of it.
    """
    sides = {}
    for name, origin in (("chinese", CHINA), ("american", UNITED_STATES)):
        certain, may_be = units.holds(origin)
        sides[name] = may_be if origin is possible else certain
    chosen = sides["chinese"] | sides["american"]
    rows = units.rows.assign(chinese=sides["chinese"].astype(float))[chosen]
    return Compared(_covariates(rows[rows["value"] > 0], day))


def generating(units: Coarse, *, or_unknown: bool = False) -> Coarse:
    """The models of the tasks that Ollama serves, and those that name none where wanted."""
    certain, possible = units.holds(Where({"task": frozenset(GENERATION)}))
    return units.among(possible if or_unknown else certain)


def told_of_names(units: Coarse, facts: pd.DataFrame, repositories: pd.DataFrame) -> Coarse:
    """Names of the Ollama library with what is told of their own repositories on the Hub.

    Parameters
    ----------
    units
        From :func:`research.measures.pulls.ollama_pulls`.
    facts
        From :func:`research.measures.hub.hub_facts`.
    repositories
        The table ``model_crosswalk_repositories``.

    Returns
    -------
    Coarse
        With ``created``, the first day of a repository, ``parameters``, the middle of their sizes,
        ``task`` and ``licence``.
    """
    import pandas as pd

    own = repositories[repositories["relation"] == "own"].set_index("hub_repository")["ollama_name"]
    known = facts.reindex(own.index).set_axis(own.to_numpy())
    rows = units.rows.assign(
        created=pd.to_datetime(known["created_at"]).groupby(level=0).min(),
        parameters=known["parameters"].astype(float).groupby(level=0).median(),
        task=of_families(facts["pipeline_tag"], repositories),
        licence=of_families(facts["licence"], repositories),
    )
    return replace(units, rows=rows)


def _covariates(rows: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Columns of :data:`COVARIATES`; a missing size or age has the mean of the others."""
    import pandas as pd

    age = (day - pd.to_datetime(rows["created"])).dt.days.clip(lower=1).astype(float)
    size = rows["parameters"].astype(float)
    logs = {"log age": age.map(math.log), "log size": size.where(size > 0).map(math.log)}
    known = {name: values.fillna(values.mean()).fillna(0.0) for name, values in logs.items()}
    return rows[["organisation", "chinese"]].assign(
        weight=rows["value"].astype(float),
        **known,
        **{
            "size not known": logs["log size"].isna().astype(float),
            "text alone": rows["task"].eq("text-generation").astype(float),
            "Apache or MIT": rows["licence"].isin(NOTICE_ONLY).astype(float),
        },
    )
