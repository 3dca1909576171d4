"""Worlds: what doubts leave open, drawn from what is believed of each.

All questions are asked in the same worlds. A draw belongs to a doubt and to what resolves together,
such as an organisation: the same organisation is of the same country in every question, on every
day and in every channel, and a further organisation moves nobody else's draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from research.doubts.beliefs import Belief, Beliefs

if TYPE_CHECKING:
    from research.estimators.valid import Floats

WORLDS = 10_000
LEAST = 1e-300  # of a share: a value that may be is never ruled out by arithmetic


@dataclass(frozen=True, slots=True)
class Worlds:
    """So many ways in which all doubts may resolve.

    Parameters
    ----------
    beliefs
        What is believed.
    count
        How many worlds.
    with_errors
        Whether codes that are not in doubt may be wrong.
    anew
        Doubts that are drawn from a second stream, as if the world were another one in these.

    References
    ----------
    Greenland (2005), JRSS A 168:267-306, doi:10.1111/j.1467-985X.2004.00349.x; Lash et al. (2014),
    International Journal of Epidemiology 43:1969-1985, doi:10.1093/ije/dyu149. Streams are Philox
    counters with a key for each draw: Salmon et al. (2011), doi:10.1145/2063384.2063405.
    """

    beliefs: Beliefs
    count: int = WORLDS
    with_errors: bool = False
    anew: frozenset[str] = frozenset()

    def uniform(self, doubt: str, key: str, what: str = "") -> Floats:
        """A number between 0 and 1 in each world, for one of what resolves together.

        Returns
        -------
        array of shape (worlds,)
        """
        return _uniform(f"{self._stream(doubt)}/{what}/{key}", self.count)

    def shares(self, doubt: str, weights: Mapping[str, float], what: str = "") -> Floats:
        """The shares of several values in each world: draws of a Dirichlet distribution.

        Returns
        -------
        array of shape (values, worlds)
        """
        return _shares(f"{self._stream(doubt)}/{what}", tuple(weights.items()), self.count)

    def edges(self, doubt: str, weights: Mapping[str, float], what: str = "") -> Floats:
        """Where between 0 and 1 each value begins by its share in each world; the last ends at 1.

        Returns
        -------
        array of shape (values + 1, worlds)
        """
        return _edges(f"{self._stream(doubt)}/{what}", tuple(weights.items()), self.count)

    def rate(self, belief: Belief) -> Floats:
        """A rate in each world: draws of a beta distribution."""
        weights = {"so": belief.parameters["alpha"], "not so": belief.parameters["beta"]}
        return np.asarray(self.shares(belief.doubt, weights, "rate")[0])

    def _stream(self, doubt: str) -> str:
        return f"{int(doubt in self.anew)}/{doubt}"


def cumulated(shares: Floats) -> Floats:
    """Where between 0 and 1 each of several shares begins, and the last ends."""
    ends = np.cumsum(shares, axis=0)
    ends[-1] = 1.0
    return np.concatenate([np.zeros_like(ends[:1]), ends])


def _shares(stream: str, weights: tuple[tuple[str, float], ...], count: int) -> Floats:
    amounts = np.stack([_gamma(f"{stream}/{name}", float(w), count) for name, w in weights])
    return np.asarray(amounts / amounts.sum(axis=0))


@lru_cache(maxsize=16)
def _edges(stream: str, weights: tuple[tuple[str, float], ...], count: int) -> Floats:
    return _read_only(cumulated(_shares(stream, weights, count)))


@lru_cache(maxsize=1500)
def _uniform(stream: str, count: int) -> Floats:
    return _read_only(_generator(stream).random(count))


@lru_cache(maxsize=300)
def _gamma(stream: str, shape: float, count: int) -> Floats:
    return _read_only(np.maximum(_generator(stream).standard_gamma(shape, count), LEAST))


def _generator(stream: str) -> np.random.Generator:
    key = int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=16).digest(), "big")
    return np.random.Generator(np.random.Philox(key=key))


def _read_only(drawn: Floats) -> Floats:
    drawn.flags.writeable = False
    return drawn
