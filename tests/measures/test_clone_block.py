"""The suspected block: its size, and what it leaves of the leading tags."""

from __future__ import annotations

import pytest

import research
from research.measures.clone_block import LEADING, Block, in_block, without_block
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


def test_a_block_larger_than_a_tag_is_refused(tags):
    with pytest.raises(ResearchError, match="block holds more"):
        without_block(tags, Block.largest(tags).part(10_000))
