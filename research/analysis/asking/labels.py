"""How results of questions, and their estimates, are called; what a figure knows them by."""

from __future__ import annotations

PREFIX = "ask_"  # of the names of results
SHARE = "share of {}"  # of what is counted
TOP = 10  # values that are ranked where nothing else is said
KIND, RANK = "{}: share of {}", "{}: rank by {}"  # of one value of an attribute
