"""A name is a name and not a path: the one rule for all that becomes a folder, a file or a table.

Datasets, versions, tables and files pass it wherever they come from: a command, a draft, a
descriptor of somebody else.
"""

from __future__ import annotations

import re

from research.results import ResearchError

# Tables are parameters of analyses, and datasets are named like them.
WORD = re.compile(r"[a-z][a-z0-9_]{0,99}"), "begin with a letter and use a to z, 0 to 9 and _"
SINGLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"), "use letters, digits and . _ - alone"
RULES = {"dataset": WORD, "table": WORD, "version": SINGLE, "file": SINGLE}


def name_problem(kind: str, name: object) -> str:
    """Why this cannot be the name of a dataset, version, table or file; empty where it can.

    >>> name_problem("table", "my_hosts"), name_problem("version", "2026-11-01")
    ('', '')
    >>> name_problem("version", "../up")
    "'../up' cannot name a version: use letters, digits and . _ - alone"
    """
    pattern, rule = RULES[kind]
    if isinstance(name, str) and pattern.fullmatch(name):
        return ""
    return f"'{name}' cannot name a {kind}: {rule}"


def refuse_name(kind: str, name: object) -> None:
    """Stop before anything is read or written under a name that is none.

    Raises
    ------
    ResearchError
        With the rule.
    """
    if problem := name_problem(kind, name):
        raise ResearchError(f"{problem}. Give --{'version' if kind == 'version' else 'name'}.")
