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
from research.results import ResearchError


@pytest.fixture
def tags():
    return research.load("tenthe_model_tags")


def test_the_largest_block_is_the_rarest_leading_tag(tags):
    rarest = tags.set_index("ollama_tag").loc["llama3:8b-text-q4_K_S"]
    block = Block.largest(tags)
    assert (block.hosts, block.listings) == (rarest["answering_hosts"], rarest["tag_occurrences"])
    assert in_block(tags).sum() == LEADING


def test_a_block_leaves_the_other_tags_alone_and_lists_at_its_own_rate(tags):
    half = Block.largest(tags).part(4000)
    left = without_block(tags, half)
    taken = (
        tags[["answering_hosts", "tag_occurrences"]] - left[["answering_hosts", "tag_occurrences"]]
    )
    assert (taken[~in_block(tags)] == 0).all(axis=None)
    assert taken[in_block(tags)].drop_duplicates().to_numpy().tolist() == [
        pytest.approx([4000, 4000 * 20_980 / 9_845])
    ]


def test_all_or_half_of_the_block_leaves_the_tags_themselves_as_without_block(tags):
    block, columns = Block.largest(tags), ["answering_hosts", "tag_occurrences"]
    each = with_block_tags(tags, tags, "ollama_tag")
    assert each["block_tags"].sum() == LEADING
    for part in (0.5, 1.0):
        whole = without_block(tags, block.part(part * block.hosts))[columns]
        assert (without_part(each, block, part)[columns] == whole).all(axis=None)


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


def test_a_block_larger_than_a_tag_is_refused(tags):
    with pytest.raises(ResearchError, match="block holds more"):
        without_block(tags, Block.largest(tags).part(10_000))
