"""Marks by which a host is suspected of being a clone or an imitation.

Each rule is a suspicion, not a proof: a company can run a fleet of identical servers, and a genuine
server can be older than a model whose files somebody copied to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from research.collect.beside import beside

IDENTICAL = "identical model sets"
OLDER = "server older than a listed model"
STRANGE = "rounded parameter size"
RULES = (IDENTICAL, OLDER, STRANGE)  # bit k of a host's suspicion stands for the k-th


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneRules:
    """From where on hosts with the same set of models are suspected.

    Parameters
    ----------
    hosts
        So many hosts must list exactly the same models, by name, digest, family, size and level.
    models
        The set must hold so many models: many genuine hosts hold the same one or two.
    """

    hosts: int = 20
    models: int = 5


def version_number(major: int, minor: int, patch: int) -> int:
    """Versions as whole numbers that compare as the versions do.

    Examples
    --------
    >>> version_number(0, 11, 0) > version_number(0, 6, 5)
    True
    """
    return (major * 1_000 + minor) * 1_000 + patch


def needed_version(family: str) -> str:
    """SQL: the first version that runs the family in column ``family``; 0 where any does."""
    cases = " ".join(
        f"WHEN '{name}' THEN {version_number(*first)}"
        for name, first in beside(__file__)["first_version"].items()
    )
    return f"CASE {family} {cases} ELSE 0 END"


def rounded_size(name: str, size: str) -> str:
    """SQL: whether a size is the rounded one of the name, which no server sends."""
    rounded = beside(__file__)["rounded"].items()
    pairs = (f"{name} = '{tag}' AND {size} = '{text}'" for tag, text in rounded)
    return " OR ".join(f"({pair})" for pair in pairs)
