"""The JSON of an answer, read so that one odd value in it does not cost the page."""

from __future__ import annotations

import json
import math
from typing import Any

LONGEST_WHOLE = 19  # digits that fit into 64 bits, or nearly


def parsed(body: bytes, shape: type) -> tuple[Any, bytes]:
    """What the body holds, and the body as every reader of JSON understands it.

    Infinite and overlong numbers become texts, which no column of numbers takes; halves of signs
    become question marks. A body without such things stays as it is.

    Raises
    ------
    ValueError
        If the body was cut or garbled on its way, is nested beyond measure, or is of another shape.
    """
    import orjson

    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        content, body = _leniently(body, str(error))
    if not isinstance(content, shape):
        raise ValueError(f"the answer was a {type(content).__name__}, not a {shape.__name__}")
    return content, body


def _leniently(body: bytes, reason: str) -> tuple[Any, bytes]:
    import orjson

    try:
        content = json.loads(
            body.decode(errors="replace"),
            parse_constant=str, parse_float=_finite, parse_int=_short,
        )  # fmt: skip
        mended = json.dumps(content, ensure_ascii=False).encode(errors="replace")
        return orjson.loads(mended), mended
    except (ValueError, RecursionError):
        raise ValueError(
            f"the answer of {len(body):,} bytes was no whole JSON ({reason})"
        ) from None


def _finite(text: str) -> float | str:
    return number if math.isfinite(number := float(text)) else text


def _short(text: str) -> int | str:
    return int(text) if len(text) <= LONGEST_WHOLE else text
