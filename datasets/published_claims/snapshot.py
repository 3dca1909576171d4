"""Freeze the published claims: ``python datasets/published_claims/snapshot.py RAW``.

RAW is the CSV file of claims, one row each, written by hand while reading the five documents.

What is changed, and why: nothing in the claims. The documents themselves are described here, in
``SOURCES``, because there are only five and their description belongs beside the code that joins
them: a claim whose document is not described stops the script.
"""

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

SOURCES = pd.DataFrame(
    [
        {
            "source": "tenthe-2025",
            "title": "Een Nieuw Perspectief op de VS-China AI Race: 2025 Ollama "
            "Implementatievergelijking en Inzichten in Wereldwijde AI Model Trends",
            "author": "Ryan",
            "publisher": "Tenthe AI",
            "data_as_of": "2025-04-24",
            "language": "nl",
            "url": "https://tenthe.com/nl/blog/a-new-perspective-on-the-us-china-ai-race-2025-"
            "ollama-deployment-comparison-and-global-ai-model-trend-insights",
            "note": "The tables are the dataset tenthe.",
        },
        {
            "source": "tuoitre-2025",
            "title": "China überholt die USA beim Open-Source-Modell für künstliche Intelligenz",
            "publisher": "Tuoi Tre",
            "published": "2025-11-27",
            "data_as_of": "August 2024 to August 2025",
            "language": "de",
            "url": "https://tuoitre.vn/trung-quoc-vuot-my-dan-dau-the-gioi-ve-mo-hinh-ai-nguon-mo-"
            "20251127145748701.htm",
            "note": "German version of a Vietnamese item, which follows the Financial Times on a "
            "study of the MIT and Hugging Face (arXiv 2512.03073).",
        },
        {
            "source": "download-patterns-2024",
            "title": "Open Source Models : What Can We Determine from Download Patterns?",
            "author": "Tomasz Tunguz",
            "publisher": "tomtunguz.com",
            "published": "2024-01",
            "data_as_of": "30 days before publication",
            "language": "en",
            "url": "https://tomtunguz.com/open-source-models/",
            "note": "Read as a reprint without its charts; the top 300 models by downloads and the "
            "top of the trending list.",
        },
        {
            "source": "trending-top10",
            "title": "Unbelievable: China Dominates Top 10 Open-Source Models on HuggingFace",
            "publisher": "ailinux.me",
            "published": "2025-07",
            "data_as_of": "July 2023 by its own words; July 2025 by its address and its models",
            "language": "en",
            "url": "https://ailinux.me/2025/07/"
            "unbelievable-china-dominates-top-10-open-source-models-on-huggingface/",
            "note": "Says of itself that it was generated from several sources.",
        },
        {
            "source": "china-oss-2024",
            "title": "Chinas dynamische Entwicklung im Bereich der Künstlichen Intelligenz durch "
            "Open Source Technologien",
            "publisher": "Mindverse",
            "published": "2024-08-19",
            "data_as_of": "August 2024",
            "language": "de",
            "url": "https://mind-verse.de/news/"
            "chinas-entwicklung-kuenstliche-intelligenz-open-source-technologien",
            "note": "Summarises an article of t3n.",
        },
    ]
)
# The parts of claims that say several things; each part has its answers.
PARTS = pd.DataFrame(
    [
        ("tenthe/us-most-deployments", "first", "the United States has the most"),
        ("tenthe/us-most-deployments", "second", "China has the second most"),
        ("tenthe/cloud-hosting", "concentrated", "hosting is highly concentrated"),
        ("tenthe/cloud-hosting", "clouds", "it is at cloud providers"),
        ("tenthe/cloud-hosting", "amazon", "Amazon has the largest share"),
        ("tenthe/cloud-hosting", "chinese", "Chinese providers follow"),
        ("tenthe/city-concentration", "United States", "a few cities in the United States"),
        ("tenthe/city-concentration", "China", "a few cities in China"),
        ("tenthe/llama-dominates", "dominates", "llama dominates absolutely"),
        ("tenthe/llama-dominates", "order", "llama is first and qwen2 second"),
        ("tuoitre/first-time-ahead", "before", "China was behind before"),
        ("tuoitre/first-time-ahead", "after", "China is ahead now"),
        (
            "tuoitre/release-cadence",
            "China",
            "Chinese companies, each or all together, every one to two weeks",
        ),
        (
            "tuoitre/release-cadence",
            "US",
            "US companies, each or all together, every six to twelve months",
        ),
        ("patterns/permissive-by-downloads", "larger", "the share is larger by downloads"),
        ("patterns/creators-by-count", "Stability AI", "Stability AI is among the first four"),
        ("patterns/creators-by-count", "Meta", "Meta is among the first four"),
        ("patterns/creators-by-count", "Microsoft", "Microsoft is among the first four"),
        ("patterns/creators-by-count", "TheBloke", "TheBloke is among the first four"),
        ("patterns/meta-leads-downloads", "Meta", "Meta has the largest share"),
        ("patterns/meta-leads-downloads", "OpenAI", "OpenAI follows"),
        ("patterns/meta-leads-downloads", "Google", "Google follows"),
        ("patterns/fill-mask-first", "fill-mask", "fill-mask is first"),
        (
            "patterns/fill-mask-first",
            "automatic-speech-recognition",
            "speech recognition is second",
        ),
        ("patterns/fill-mask-first", "text-classification", "text classification is third"),
        ("patterns/fill-mask-first", "text-generation", "text generation is fifth"),
    ],
    columns=["claim_id", "part", "statement"],
)
# What an answer is compared with: the last day of the data that a document speaks of, and the name
# that answers give to its population where they speak of others of the same kind as well.
TERMS = pd.DataFrame(
    [
        ("tenthe-2025", "2025-04-24", None),
        ("tuoitre-2025", "2025-08-31", None),
        ("download-patterns-2024", "2024-01-31", "the 300 most downloaded models"),
        ("trending-top10", "2025-07-31", None),
        ("china-oss-2024", "2024-08-31", None),
    ],
    columns=["source", "last_day", "population"],
)
TERMS["last_day"] = pd.to_datetime(TERMS["last_day"])
SOURCE_COLUMNS = [
    "source", "title", "author", "publisher", "published", "data_as_of", "language", "url", "note",
]  # fmt: skip


def snapshot(raw: Path) -> dict[str, pd.DataFrame]:
    """All tables of the dataset by name."""
    claims = pd.read_csv(raw, dtype=str, keep_default_na=False, na_values=[""])
    undescribed = set(claims["source"]) - set(SOURCES["source"])
    if undescribed:
        raise SystemExit(f"Describe these documents in SOURCES: {', '.join(sorted(undescribed))}.")
    unknown = set(PARTS["claim_id"]) - set(claims["claim_id"])
    if unknown:
        raise SystemExit(f"PARTS names claims that are not there: {', '.join(sorted(unknown))}.")
    return {
        "published_claims": claims,
        "claim_sources": SOURCES[SOURCE_COLUMNS],
        "claim_parts": PARTS,
        "claim_terms": TERMS,
    }


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
