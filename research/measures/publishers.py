"""Who stands behind the accounts of the Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def organisations(accounts: pd.Series, origins: pd.DataFrame) -> pd.Series:
    """The organisation behind each account: the account itself where no other is known.

    Parameters
    ----------
    accounts
        Accounts of the Hub; where one is missing, so is its organisation.
    origins
        The table ``publisher_origins``.

    Examples
    --------
    >>> import pandas as pd, research
    >>> accounts = pd.Series(["facebook", "meta-llama", "no-such-account"])
    >>> organisations(accounts, research.load("publisher_origins")).tolist()
    ['Meta', 'Meta', 'no-such-account']
    """
    parents = origins.set_index("author")["parent"]
    return accounts.map(parents).fillna(accounts)
