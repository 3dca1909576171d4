"""What one record of a scan must hold, and why a record is refused.

One record is one answer (or one silence) of one endpoint::

    {"address": "198.18.0.7", "port": 11434, "country": "US", "city": "Ashburn",
     "as_organisation": "EXAMPLE-CLOUD", "observed_at": "2026-08-11T00:00:12Z",
     "version": "0.6.2", "tags": {"models": [{"name": "llama3:latest", "digest": "365c...",
     "details": {"family": "llama", "parameter_size": "8.0B", "quantization_level": "Q4_0"}}]}}

``tags`` is the body of ``/api/tags``, as an object or as text; without it (or with ``null``) the
address was found and did not answer. A model with a ``remote_host`` or a ``remote_model`` is listed
here and runs elsewhere: it counts as listed alone. ``city``, ``as_organisation``, ``country`` and
``version`` may be absent; further fields are not read. A host is an address, whatever its spelling
(see ``addresses``): several ports of one address are one host and several endpoints. Of several
records of one endpoint the newest valid one counts.
"""

from __future__ import annotations

FIELDS = (
    "address", "port", "country", "city", "as_organisation", "observed_at", "version", "tags",
)  # fmt: skip

LONGEST_NAME = 1_000  # bytes of a model name; a longer one is no name
LONGEST_TEXT = 200  # characters kept of an organisation, a city, a family, a size, a level
FIRST_TIME = 1_672_531_200_000_000  # 2023, the year of the server's first release, in microseconds
SKEW = 86_400  # seconds that a scanner's clock may be ahead
LONGEST_RECORD = 4_194_304  # bytes

# Why a record does not count, in the order of the checks: the first that applies is its reason.
BROKEN = "not a JSON object with a field of the record form"
LONG_RECORD = "record longer than 4 MB"
NO_ADDRESS = "address missing or not an IPv4 or IPv6 address"
NO_PORT = "port missing or not from 1 to 65535"
NO_TIME = "time missing, unreadable, before 2023 or in the future"
NO_MODELS = "body is not a list of named models"
LONG_NAME = "model name longer than 1,000 bytes"
NUL = "NUL character in a text"
DUPLICATE = "duplicate observation: a newer record of the endpoint counts"
REASONS = (BROKEN, LONG_RECORD, NO_ADDRESS, NO_PORT, NO_TIME, NO_MODELS, LONG_NAME, NUL, DUPLICATE)
AGAIN = "to be read again"  # within a run only: the body was no object, it may be the text of one

# Kept, but a reader must know how many.
NO_COUNTRY = "country missing or no code of ISO 3166-1: counted under no country"
UNCLEAR_SIZE = "size of a model not understood: counted under no class"
UNCLEAR_LEVEL = "level of a model not understood: counted without its bits"
KEPT = (NO_COUNTRY, UNCLEAR_SIZE, UNCLEAR_LEVEL)
UNKNOWN_COUNTRY = "??"

# Classes of the bundled table of parameter classes: code, smallest size (inclusive) and upper limit
# (exclusive), in billions of parameters.
CLASSES: dict[str, tuple[float, float | None]] = {
    "S": (0.0, 1.0),
    "M": (1.0, 10.0),
    "L": (10.0, 50.0),
    "XL": (50.0, None),
}
NO_CLASS, NO_ANSWER = "none", "no answer"


def class_set(bits: int) -> str:
    """The name of a set of classes, of which bit k stands for the k-th.

    Examples
    --------
    >>> class_set(0b1001), class_set(0)
    ('S+XL', 'none')
    """
    held = [code for position, code in enumerate(CLASSES) if bits >> position & 1]
    return "+".join(held) or NO_CLASS
