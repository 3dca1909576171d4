"""Worlds: what doubts leave open, drawn from what is believed of each.

All questions are asked in the same worlds. A draw belongs to a doubt and to what resolves together,
such as an organisation: the same organisation is of the same country in every question, on every
day and in every channel, and a further organisation moves nobody else's draws.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from research.doubts.beliefs import FLAT, Belief, Beliefs, placed

if TYPE_CHECKING:
    from research.estimators.valid import Floats

    Weights = tuple[tuple[str, float], ...]
    Shape = tuple[float, float]

WORLDS = 10_000
AT_ONCE = 2_000  # worlds drawn at once: four numbers are one step of a counter
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
    first
        How many worlds come before these: a multiple of :data:`AT_ONCE`.

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
    first: int = 0

    def parts(self) -> Iterator[Worlds]:
        """The same worlds, so many at a time as are drawn at once."""
        end = self.first + self.count
        for first in range(self.first, end, AT_ONCE):
            yield replace(self, first=first, count=min(end - first, AT_ONCE))

    def up_to(self, count: int) -> Worlds:
        """Those of these worlds that are among so many first ones: there may be none."""
        return replace(self, count=min(max(count - self.first, 0), self.count))

    def uniform(self, doubt: str, key: str, what: str = "") -> Floats:
        """A number between 0 and 1 in each world, for one of what resolves together.

        Returns
        -------
        array of shape (worlds,)
        """
        return np.asarray(self.uniforms(doubt, [key], what)[0])

    def uniforms(self, doubt: str, keys: Sequence[str], what: str = "") -> Floats:
        """The same for several of what resolves together.

        Returns
        -------
        array of shape (keys, worlds)
        """
        stream = f"{self._stream(doubt)}/{what}"
        return self._drawn(lambda block: _rows(_uniform(f"{stream}/{key}", block) for key in keys))

    def places(self, belief: Belief, keys: Sequence[str], what: str) -> Floats:
        """Where in its range each of several lies, or which part of its excess a peak has.

        Returns
        -------
        array of shape (keys, worlds)
        """
        if belief.family == "peaks":
            draw = partial(_peak, belief.shape(), belief.shape("part_"))
        elif belief.shape() == FLAT:
            return self.uniforms(belief.doubt, keys, what)
        else:
            draw = partial(_place, belief.shape())
        doubt = self._stream(belief.doubt)
        return self._drawn(lambda block: _rows(draw(doubt, f"{what}/{key}", block) for key in keys))

    def shares(self, doubt: str, weights: Mapping[str, float], what: str = "") -> Floats:
        """The shares of several values in each world: draws of a Dirichlet distribution.

        Returns
        -------
        array of shape (values, worlds)
        """
        stream = f"{self._stream(doubt)}/{what}"
        return self._drawn(partial(_shares, stream, tuple(weights.items())))

    def edges(self, doubt: str, weights: Mapping[str, float], what: str = "") -> Floats:
        """Where between 0 and 1 each value begins by its share in each world; the last ends at 1.

        Returns
        -------
        array of shape (values + 1, worlds)
        """
        stream = f"{self._stream(doubt)}/{what}"
        return self._drawn(partial(_edges, stream, tuple(weights.items())))

    def rate(self, belief: Belief) -> Floats:
        """A rate in each world: draws of a beta distribution."""
        return self._drawn(partial(_rate, self._stream(belief.doubt), belief.shape()))

    def _stream(self, doubt: str) -> str:
        return f"{int(doubt in self.anew)}/{doubt}"

    def _drawn(self, draw: Callable[[int], Floats]) -> Floats:
        """What is drawn in these worlds, of which so many are drawn at once."""
        begin, end = self.first // AT_ONCE, -(-(self.first + self.count) // AT_ONCE)
        blocks = [draw(block) for block in range(begin, end)]
        whole = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=-1)
        return whole[..., : self.count]


def cumulated(shares: Floats) -> Floats:
    """Where between 0 and 1 each of several shares begins, and the last ends."""
    ends = np.cumsum(shares, axis=0)
    ends[-1] = 1.0
    return np.concatenate([np.zeros_like(ends[:1]), ends])


def _rows(drawn: Iterable[Floats]) -> Floats:
    """What is drawn for each of several, one below the other."""
    rows = list(drawn)
    return np.concatenate(rows).reshape(len(rows), AT_ONCE)


# What is drawn in one block of worlds, of which the first is 0 ------------------------------------


@lru_cache(maxsize=5_000)
def _uniform(stream: str, block: int) -> Floats:
    return _read_only(_generator(stream, block).random(AT_ONCE))


@lru_cache(maxsize=1_000)
def _place(shape: Shape, doubt: str, key: str, block: int) -> Floats:
    return _read_only(placed(_uniform(f"{doubt}/{key}", block), shape))


@lru_cache(maxsize=1_000)
def _peak(rate: Shape, part: Shape, doubt: str, key: str, block: int) -> Floats:
    drawn, rates = _uniform(f"{doubt}/{key}", block), _rate(doubt, rate, block)
    parts, has = np.zeros(AT_ONCE), drawn < rates
    parts[has] = placed((drawn / rates)[has], part)
    return _read_only(parts)


def _rate(doubt: str, shape: Shape, block: int) -> Floats:
    weights = tuple(zip(("so", "not so"), shape, strict=True))
    return np.asarray(_shares(f"{doubt}/rate", weights, block)[0])


@lru_cache(maxsize=300)
def _shares(stream: str, weights: Weights, block: int) -> Floats:
    return _read_only(_divided(stream, weights, block))


@lru_cache(maxsize=32)
def _edges(stream: str, weights: Weights, block: int) -> Floats:
    return _read_only(cumulated(_divided(stream, weights, block)))


def _divided(stream: str, weights: Weights, block: int) -> Floats:
    amounts = np.stack([_gamma(f"{stream}/{name}", float(w), block)[0] for name, w in weights])
    return np.asarray(amounts / amounts.sum(axis=0))


@lru_cache(maxsize=1_500)
def _gamma(stream: str, shape: float, block: int) -> tuple[Floats, Mapping[str, Any]]:
    """Draws, and the state in which they leave their stream: how many numbers they take is open."""
    before = _gamma(stream, shape, block - 1)[1] if block else None
    generator = _generator(stream)
    if before:
        generator.bit_generator.state = before
    drawn = np.maximum(generator.standard_gamma(shape, AT_ONCE), LEAST)
    return _read_only(drawn), generator.bit_generator.state


def _generator(stream: str, block: int = 0) -> np.random.Generator:
    """The one of a stream, before a block of numbers: one for all, as its key is all it has.

    To make a generator takes longer than to draw a block.
    """
    high, low = struct.unpack(">QQ", hashlib.blake2b(stream.encode(), digest_size=16).digest())
    _OF_THREAD.state["state"] = {"key": (low, high), "counter": (block * AT_ONCE // 4, 0, 0, 0)}
    _OF_THREAD.generator.bit_generator.state = _OF_THREAD.state
    return _OF_THREAD.generator


class _OfThread(threading.local):
    """A generator that every stream of a thread sets to its key, and the state of a new one."""

    def __init__(self) -> None:
        self.generator = np.random.Generator(np.random.Philox(key=0))
        self.state = dict(self.generator.bit_generator.state)


_OF_THREAD = _OfThread()


def _read_only(drawn: Floats) -> Floats:
    drawn.flags.writeable = False
    return drawn
