"""Other measurements of exposed hosts, as ``published_aggregates`` has them.

They list and confirm hosts in other ways, at other times: set beside a scan, and never pooled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from research.results import Assumption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherScan:
    """Another measurement: whose, of whom, when, and how many hosts it counts.

    Parameters
    ----------
    source
        As ``published_aggregates`` names it.
    as_of, population
        When it was made, and of whom.
    total
        Category and metric of the number of all its hosts.
    """

    source: str
    as_of: str
    population: str
    total: tuple[str, str]

    @property
    def described(self) -> dict[str, Any]:
        """What a sample of it says of itself."""
        return {"population": self.population, "as_of": self.as_of, "elsewhere": True}

    def rows(self, aggregates: pd.DataFrame, dimension: str = "") -> pd.DataFrame:
        """What was published of the scan, or of one dimension of it."""
        mine = aggregates[aggregates["source"] == self.source]
        return mine[mine["dimension"] == dimension] if dimension else mine

    def counts(self, aggregates: pd.DataFrame) -> pd.Series:
        """Its numbers by category and metric."""
        return self.rows(aggregates).set_index(["category", "metric"])["value"]

    def hosts(self, aggregates: pd.DataFrame) -> float:
        """How many hosts it counts."""
        return float(self.counts(aggregates)[self.total])

    def of_program(self, aggregates: pd.DataFrame, program: str, by: str) -> pd.DataFrame:
        """What was published of one of several programs, by ``"country"`` or ``"port"``.

        Examples
        --------
        >>> import research
        >>> aggregates = research.load("published_aggregates")
        >>> ports = HOU_RECORDS.of_program(aggregates, "Ollama", "port").set_index("category")
        >>> int(ports.loc["port 11434", "value"])
        32355
        """
        rows = self.rows(aggregates, f"program and {by}")
        mine = rows[rows["category"].str.startswith(f"{program}, ")]
        return mine.assign(category=mine["category"].str.removeprefix(f"{program}, "))


QIANXIN = OtherScan(
    source="qianxin-2025",
    as_of="2025-02",
    population="the servers that Hunter listed",
    total=("all", "servers"),
)
HOU = OtherScan(
    source="hou-2025",
    as_of="2025-05-05",
    population="the exposed services of fifteen programs (Hou et al. 2025)",
    total=("all 15 frameworks", "services"),
)
# Of the week and the engine of the Tenthe report, by program.
HOU_RECORDS = OtherScan(
    source="hou-2025-records",
    as_of="2025-04-20",
    population="the records of FOFA that Hou et al. counted",
    total=("Ollama", "records"),
)
CISCO = OtherScan(
    source="cisco-2025",
    as_of="2025-09-01",
    population="the servers that Shodan listed for Cisco",
    total=("all", "servers"),
)
SENTINEL = OtherScan(
    source="sentinellabs-2026",
    as_of="2025-12",
    population="the hosts that SentinelLABS and Censys observed in 2025",
    total=("all", "unique hosts"),
)
INTRUDER = OtherScan(
    source="intruder-2026",
    as_of="2026-05",
    population="the exposed instances that Intruder found",
    total=("exposed", "instances"),
)
CLOUD_RANGES = OtherScan(
    source="nuclide-2026-05-03",
    as_of="2026-05-03",
    population="the hosts with an open port in the cloud ranges that NuClide swept",
    total=("port open", "hits"),
)
CANDIDATES = OtherScan(
    source="nuclide-2026-05-15",
    as_of="2026-05-15",
    population="the candidate addresses that NuClide took from Shodan",
    total=("candidate IPs", "IPs"),
)
CONFIRMED = OtherScan(
    source="nuclide-2026-05-15",
    as_of="2026-05-15",
    population="the hosts that NuClide confirmed as open",
    total=("confirmed unauthenticated", "instances"),
)
ONE_SOURCE = Assumption.of_scope(
    name="records are hosts, and an independent count",
    evidence="They are records of the engine of the Tenthe report, of the same week: a second "
    "reading of one source. A host has several.",
)
