"""The suspected block: its size, and what it leaves of the leading tags."""

from __future__ import annotations

import pytest

import research
from research.measures.clone_block import (
    LEADING,
    Block,
    in_block,
    with_block_tags,
    without_block,
    without_part,
)


@pytest.fixture
def tags():
    return research.load("tenthe_model_tags")


def test_the_largest_block_is_the_rarest_leading_tag(tags):
    rarest = tags.set_index("ollama_tag").loc["llama3:8b-text-q4_K_S"]
    block = Block.largest(tags)
    assert (block.hosts, block.listings) == (rarest["answering_hosts"], rarest["tag_occurrences"])
    assert in_block(tags).sum() == LEADING


def test_the_block_leaves_the_other_tags_alone(tags):
    columns = ["answering_hosts", "tag_occurrences"]
    taken = tags[columns] - without_block(tags)[columns]
    assert (taken[~in_block(tags)] == 0).all(axis=None)
    assert taken[in_block(tags)].drop_duplicates().to_numpy().tolist() == [[9_845, 20_980]]


def test_a_part_of_the_block_takes_as_large_a_part_of_its_listings(tags):
    block, columns = Block.largest(tags), ["answering_hosts", "tag_occurrences"]
    each = with_block_tags(tags, tags, "ollama_tag")
    assert each["block_tags"].sum() == LEADING
    half, whole = (each[columns] - without_part(each, block, p)[columns] for p in (0.5, 1.0))
    assert (2 * half == whole).all(axis=None)


def test_a_kind_with_two_tags_of_the_block_loses_its_hosts_once_and_its_listings_twice(tags):
    tags = tags.assign(family=["llama", "qwen2", "llama", "qwen2", "llama"] + ["bert"] * 5)
    rows = tags.groupby("family", as_index=False)[["answering_hosts", "tag_occurrences"]].sum()
    block = Block.largest(tags)
    held = with_block_tags(rows, tags, "family").set_index("family")
    taken = (held - without_part(held, block, 1.0)).drop(columns="block_tags")
    assert taken.loc[["llama", "qwen2", "bert"]].to_numpy().tolist() == [
        [block.hosts, 3 * block.listings],
        [block.hosts, 2 * block.listings],
        [0, 0],
    ]
