"""Marks by which a host is suspected of being a clone or an imitation.

Each rule is a suspicion, not a proof: a company can run a fleet of identical servers, and a genuine
server can be older than a model whose files somebody copied to it.
"""

from __future__ import annotations

from dataclasses import dataclass

IDENTICAL = "identical model sets"
OLDER = "server older than a listed model"
STRANGE = "rounded parameter size"
RULES = (IDENTICAL, OLDER, STRANGE)  # bit k of a host's suspicion stands for the k-th

# First version of the server that can run an architecture, as its release notes say.
FIRST_VERSION = {
    "gemma2": (0, 1, 47),
    "mllama": (0, 4, 0),
    "gemma3": (0, 6, 0),
    "mistral3": (0, 6, 5),
    "qwen3": (0, 6, 6),
    "qwen25vl": (0, 7, 0),
    "gptoss": (0, 11, 0),
}

# A server derives the size from the weights: 14.8B, never the rounded figure of the tag's name.
ROUNDED = {
    "deepseek-r1:14b": "14B",
    "deepseek-r1:32b": "32B",
    "deepseek-r1:70b": "70B",
    "deepseek-r1:671b": "671B",
}


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
        f"WHEN '{name}' THEN {version_number(*first)}" for name, first in FIRST_VERSION.items()
    )
    return f"CASE {family} {cases} ELSE 0 END"


def rounded_size(name: str, size: str) -> str:
    """SQL: whether a size is the rounded one of the name, which no server sends."""
    pairs = (f"{name} = '{tag}' AND {size} = '{text}'" for tag, text in ROUNDED.items())
    return " OR ".join(f"({pair})" for pair in pairs)
