"""Who stands behind the accounts of the Hub and the names of Ollama, and where they are at home."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from research.doubts import Doubt, Share, lost_if, where
from research.doubts.coarse import BETWEEN
from research.measures.remembering import remembered

if TYPE_CHECKING:
    import pandas as pd

    from research.doubts import Coarse
    from research.results import TippingPoint

ANYWHERE = ""  # the candidates of a publisher of whom nobody knows the country
NOT_PUBLISHED = "not published"  # the organisation behind a name without an account
NOT_TOLD = "ZZ"  # the code of a country that nobody could tell
NO_COUNTRY = "no country"  # where private persons are at home
TEXTS = ["origin", "kind", "role"]  # of a publisher, empty where nobody has coded them
PERSON = "individual"  # the kind of a private person
Persons = Literal["in no country", "of any country"]
CHINA, UNITED_STATES = where(origin="CN"), where(origin="US")
CHINA_MINUS_US = Share(of=CHINA, minus=UNITED_STATES)
ORIGIN = Doubt("origin unknown or disputed", "any country that is not ruled out")
BEGUN_IN_DARMSTADT = ["sentence-transformers", "cross-encoder"]  # kept at Hugging Face since


def publishers(accounts: pd.Series, origins: pd.DataFrame) -> pd.DataFrame:
    """Who stands behind each account, and in which countries they may be at home?

    Parameters
    ----------
    accounts
        Accounts of the Hub; where one is missing, so is its organisation.
    origins
        The table ``publisher_origins``.

    Returns
    -------
    pandas.DataFrame
        The rows of ``accounts``; columns ``account``, ``organisation`` (the account itself where
        no other is known), ``origin`` (candidates such as ``"CN|US"``, empty for any country,
        :data:`NO_COUNTRY` for private persons), ``kind`` and ``role``, empty where nobody has
        coded them, and ``confirmed``, whether people have coded an account of the organisation too.

    Examples
    --------
    >>> import pandas as pd, research
    >>> accounts = pd.Series(["facebook", "no-such-account"])
    >>> coded = publishers(accounts, research.load("publisher_origins"))
    >>> coded[["organisation", "origin"]].to_numpy().tolist()
    [['Meta', 'US'], ['no-such-account', '']]
    """
    import pandas as pd

    # Accounts repeat, so that each is looked up once.
    number, names = accounts.factorize(use_na_sentinel=False)
    coded = _coded(origins).reindex(names)
    organisation = coded.pop("organisation").fillna(pd.Series(names, index=names))
    by_people = coded["origin"].eq(NO_COUNTRY) | organisation.isin(_confirmed(origins))
    known = coded.fillna(ANYWHERE)
    known = known.assign(account=names, organisation=organisation, confirmed=by_people)
    return known.take(number).set_axis(accounts.index).assign(account=accounts)


@remembered
def _coded(origins: pd.DataFrame) -> pd.DataFrame:
    """What is known of each account that anybody has coded."""
    coded = in_no_country(origins).set_index("author")[["candidates", "kind", "role", "parent"]]
    renamed = coded.rename(columns={"candidates": "origin", "parent": "organisation"})
    return renamed.astype(dict.fromkeys(TEXTS, object))


@remembered
def _confirmed(origins: pd.DataFrame) -> pd.Series:
    """The organisations of which people have coded an account."""
    if "region_human" not in origins:
        return origins["parent"].head(0)
    by_people = origins[origins["region_human"].notna()]
    return organisations(by_people["author"], by_people)


def accounts_of(repositories: pd.Series) -> pd.Series:
    """The account that each repository stands under; missing where the repository is.

    Examples
    --------
    >>> import pandas as pd
    >>> accounts_of(pd.Series(["Qwen/Qwen3-8B", "gpt2"])).tolist()
    ['Qwen', 'gpt2']
    """
    parts = repositories.astype(object).map(lambda name: name.split("/", 1)[0], na_action="ignore")
    return parts.astype(object)


def organisations(accounts: pd.Series, origins: pd.DataFrame) -> pd.Series:
    """The organisation behind each account: the account itself where no other is known.

    Parameters
    ----------
    accounts, origins
        As for :func:`publishers`.

    Examples
    --------
    >>> import pandas as pd, research
    >>> accounts = pd.Series(["facebook", "meta-llama", "no-such-account"])
    >>> organisations(accounts, research.load("publisher_origins")).tolist()
    ['Meta', 'Meta', 'no-such-account']
    """
    return accounts.map(origins.set_index("author")["parent"]).fillna(accounts)


@remembered
def library_publishers(
    names: pd.DataFrame, origins: pd.DataFrame, crosswalk: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Who publishes each name of the Ollama library, and in which countries may they be at home?

    Parameters
    ----------
    names
        Rows of the table ``model_crosswalk_names``.
    origins
        The table ``publisher_origins``: it decides wherever it knows the account of a name.
    crosswalk
        The table ``model_crosswalk``: it names the publishers of all other names.

    Returns
    -------
    pandas.DataFrame
        One row a name; columns of :func:`publishers`. Who is not known is called
        :data:`NOT_PUBLISHED`.

    Examples
    --------
    >>> import research
    >>> tables = ["model_crosswalk_names", "publisher_origins", "model_crosswalk"]
    >>> coded = library_publishers(*map(research.load, tables))
    >>> coded.loc["qwen2.5", ["organisation", "origin"]].tolist()
    ['Alibaba', 'CN']
    """
    accounts = names.set_index("ollama_name")["hub_account"]
    known = publishers(accounts, origins)
    if crosswalk is not None:
        stated = crosswalk.set_index("ollama_name").reindex(accounts.index)
        codes = stated["publisher_candidates"].astype(object).fillna(ANYWHERE)
        known["origin"] = known["origin"].where(accounts.isin(origins["author"]), codes)
        known["organisation"] = known["organisation"].fillna(stated["publisher"])
    return known.fillna({"organisation": NOT_PUBLISHED})


def with_unmatched(library: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The names of a library with those that nobody has matched: they may be of any country.

    Parameters
    ----------
    library
        What :func:`library_publishers` gives.
    names
        Names of the library.

    Examples
    --------
    >>> import pandas as pd
    >>> library = pd.DataFrame({"origin": ["CN"], "organisation": ["Alibaba"]}, index=["qwen"])
    >>> with_unmatched(library, pd.Series(["qwen", "orca"])).values.tolist()
    [['CN', 'Alibaba'], ['', 'not published']]
    """
    import pandas as pd

    new = pd.Index(names.unique()).difference(library.index)
    unknown = {"origin": ANYWHERE, "organisation": NOT_PUBLISHED}
    return pd.concat([library, pd.DataFrame(unknown, index=new)])


def base_origins(library: pd.DataFrame, crosswalk: pd.DataFrame, tags: pd.DataFrame) -> pd.Series:
    """In which countries may those be at home who made the weights that a name was made from?

    Parameters
    ----------
    library
        What :func:`library_publishers` gives: a name without a base that is known has its origin.
    crosswalk, tags
        The tables ``model_crosswalk`` and ``model_crosswalk_tags``.

    Returns
    -------
    pandas.Series
        One row a name; candidates of all its tags together.
    """
    import pandas as pd

    bases = pd.concat([crosswalk, tags])[["ollama_name", "base_publisher_country"]]
    own = bases["ollama_name"].map(library["origin"])
    codes = bases["base_publisher_country"].replace(NOT_TOLD, ANYWHERE).fillna(own)
    return any_of(codes.fillna(ANYWHERE), bases["ollama_name"])


def any_of(origins: pd.Series, groups: pd.Series | pd.Index) -> pd.Series:
    """The candidates of several units together: anywhere, where one of them may be of anywhere.

    Parameters
    ----------
    origins
        Candidates of each unit.
    groups
        Which units are taken together.

    Examples
    --------
    >>> import pandas as pd
    >>> any_of(pd.Series(["CN", "CN|US", "US", ""]), pd.Series([1, 1, 2, 2])).tolist()
    ['CN|US', '']
    """
    import pandas as pd

    group = pd.Index(groups)
    one_way = {codes: _together([codes]) for codes in origins.unique()}
    units = pd.DataFrame({"group": group, "origin": origins.map(one_way).to_numpy()})
    units = units.dropna(subset="group").drop_duplicates()
    # Nearly all groups of a census agree, and are not looked at one by one.
    differ = units["group"].duplicated(keep=False)
    agreed = units[~differ].set_index("group")["origin"]
    joined = units[differ].groupby("group")["origin"].agg(_together)
    together: pd.Series = pd.concat([agreed, joined]).sort_index()
    return together.rename_axis(group.name)


def _together(origins: Iterable[str]) -> str:
    """The candidates of units of which any may be meant."""
    named = set(origins)
    if ANYWHERE in named:
        return ANYWHERE
    return BETWEEN.join(sorted({code for codes in named for code in codes.split(BETWEEN)}))


@remembered
def in_no_country(origins: pd.DataFrame) -> pd.DataFrame:
    """The table ``publisher_origins`` with private persons in :data:`NO_COUNTRY`.

    They are coded by no country. Those of any country by :func:`with_persons` stay so.

    Examples
    --------
    >>> import research
    >>> origins = in_no_country(research.load("publisher_origins"))
    >>> origins.loc[origins["kind"] == "individual", "candidates"].unique().tolist()
    ['no country']
    """
    nowhere = private_persons(origins) & origins["candidates"].isna()
    return origins.assign(candidates=origins["candidates"].mask(nowhere, NO_COUNTRY))


@remembered
def with_persons(origins: pd.DataFrame, persons: Persons) -> pd.DataFrame:
    """The table ``publisher_origins`` by what private persons are taken to be.

    Parameters
    ----------
    origins
        The table.
    persons
        Whether they are in no country, as by default, or may be of any.

    Examples
    --------
    >>> import research
    >>> origins = with_persons(research.load("publisher_origins"), "of any country")
    >>> origins.loc[origins["kind"] == "individual", "candidates"].unique().tolist()
    ['']
    """
    if persons == "in no country":
        return in_no_country(origins)
    return origins.assign(candidates=origins["candidates"].mask(private_persons(origins), ANYWHERE))


def private_persons(origins: pd.DataFrame) -> pd.Series:
    """Which accounts are those of private persons, or taken for one by one coder alone?

    Examples
    --------
    >>> import research
    >>> int(private_persons(research.load("publisher_origins")).sum())
    1129
    """
    coders = origins.reindex(columns=["kind_coder_a", "kind_coder_b"])
    either = (coders == PERSON).any(axis="columns")
    return origins["kind"].eq(PERSON) | (origins["kind"].eq("unknown") & either)


@remembered
def kept_at_hugging_face(origins: pd.DataFrame) -> pd.DataFrame:
    """The table ``publisher_origins`` with sentence-transformers at its home of today.

    Examples
    --------
    >>> import research
    >>> origins = kept_at_hugging_face(research.load("publisher_origins")).set_index("author")
    >>> origins.loc["sentence-transformers", ["candidates", "parent"]].tolist()
    ['US', 'Hugging Face']
    """
    moved = origins["author"].isin(BEGUN_IN_DARMSTADT)
    return origins.assign(
        candidates=origins["candidates"].mask(moved, "US"),
        country=origins["country"].mask(moved, "US"),
        parent=origins["parent"].mask(moved, "Hugging Face"),
    )


@remembered
def greater_china(origins: pd.DataFrame) -> pd.DataFrame:
    """The table ``publisher_origins`` with Hong Kong and Taiwan counted to China.

    Examples
    --------
    >>> import research
    >>> candidates = greater_china(research.load("publisher_origins"))["candidates"]
    >>> int(candidates.str.contains("HK|TW").sum())
    0
    """
    codes = origins["candidates"].str.replace(r"\b(?:HK|TW)\b", "CN", regex=True)
    return origins.assign(candidates=codes)


def level_if(units: Coarse, are: str, *, other: str) -> TippingPoint:
    """How much of the weight of the leading one of China and the US must be otherwise.

    Parameters
    ----------
    units
        With ``origin``; what counts is what is shown.
    are
        What the weight of the leader would have to be.
    other
        What that of the other country is then, as in ``"all of the other did"``.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Coarse
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 8.0])
    >>> units = Coarse(pd.DataFrame({**weights, "origin": ["CN", "US"]}), (), weighs="tokens")
    >>> level_if(units, "are not use", other="all of the other are").sentence
    'level if 3 of the 8 tokens of the US are not use and all of the other are'
    """
    china, us = (units.held(of) for of in (CHINA, UNITED_STATES))
    who, gap = "China" if china > us else "the US", abs(china - us)
    things = f"{units.weighs} of {who}"
    return lost_if(gap, max(china, us), things, are, given=f"and {other}", reached="level")
