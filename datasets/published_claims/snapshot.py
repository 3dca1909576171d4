"""Freeze the published claims: ``python datasets/published_claims/snapshot.py RAW``.

RAW is the CSV file of claims, one row each, written by hand while reading the documents.

What is changed, and why: nothing in the claims. The documents themselves are described here, in
``SOURCES``, because there are few and their description belongs beside the code that joins
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
        {
            "source": "hub-entities-2025",
            "title": "Model statistics of the 50 most downloaded entities on Hugging Face",
            "author": "lbourdois",
            "publisher": "Hugging Face community articles",
            "published": "2025-10-13",
            "data_as_of": "October 2025",
            "language": "en",
            "url": "https://huggingface.co/blog/lbourdois/huggingface-models-stats",
            "note": "Read in part, its summary as printed: downloads since publication; sizes of "
            "the models of the 50 leading accounts whose size is known.",
        },
        {
            "source": "startups-2025",
            "title": "80% of US AI startups rely on Chinese open-source models for survival",
            "publisher": "36Kr Europe",
            "published": "2025",
            "data_as_of": "2025",
            "language": "en",
            "url": "https://eu.36kr.com/en/p/3440755786126725",
            "note": "Read in part. Follows the Economist on a remark of an investor; other texts "
            "give the same figure of companies that pitch to one firm, or of those that use open "
            "models.",
        },
        {
            "source": "hou-2025",
            "title": "Unveiling the Landscape of LLM Deployment in the Wild: An Empirical Study",
            "author": "Hou, Han, Zhao, Wang",
            "publisher": "arXiv 2505.02502",
            "published": "2025-08-26",
            "data_as_of": "April 2025, as names of files of its artifact say",
            "language": "en",
            "url": "https://arxiv.org/abs/2505.02502",
            "note": "The abstract was read, in its second version.",
        },
        {
            "source": "atom-2025",
            "title": "Chinese AI Models Surpass US Rivals on Hugging Face",
            "publisher": "aipressa.com",
            "published": "2025-11",
            "data_as_of": "late 2025",
            "language": "en",
            "url": "https://aipressa.com/top-stories/"
            "chinas-qwen-ai-models-surpass-us-alternatives-with-385m-downloads-on-hugging-face",
            "note": "Follows Bloomberg on figures of the ATOM project. Of what the share is, new "
            "models or new models made from others, texts differ.",
        },
        {
            "source": "qwen-2026",
            "title": "Alibaba's Qwen leads the global open-source AI community with 700 million "
            "downloads",
            "publisher": "Xinhua",
            "published": "2026-01-13",
            "data_as_of": "December 2025",
            "language": "en",
            "url": "https://yourai.pro/alibabas-qwen-leads-the-global-open-source-ai-community-"
            "with-700-million-downloads-xinhua-news-agency/",
            "note": "Read as a reprint. The figures are those of the Qwen team, from the Hub; "
            "which models are counted is not said.",
        },
        {
            "source": "derivatives-2026",
            "title": "The Future of the Global Open-Source AI Ecosystem: From DeepSeek to AI+",
            "publisher": "Hugging Face",
            "published": "2026-02-03",
            "data_as_of": "mid-2025",
            "language": "en",
            "url": "https://huggingface.co/blog/huggingface/one-year-since-the-deepseek-moment-"
            "blog-3",
            "note": "Read at second hand: two summaries agree on the figures.",
        },
        {
            "source": "router-2026",
            "title": "Chinese AI Models Overtake US Competitors on OpenRouter",
            "author": "Patricia Miller",
            "publisher": "Value the Markets",
            "published": "2026",
            "data_as_of": "week of 9 to 15 February 2026",
            "language": "en",
            "url": "https://www.valuethemarkets.com/cryptocurrency/news/"
            "chinese-ai-models-overtake-us-competitors-on-openrouter",
            "note": "Read in part; several texts of 2026 have the same figures and name no other "
            "source than the router. They are the sums of its nine leading models of that week.",
        },
        {
            "source": "hub-spring-2026",
            "title": "State of Open Source on Hugging Face: Spring 2026",
            "publisher": "Hugging Face",
            "published": "2026-03-17",
            "data_as_of": "February 2025 to February 2026",
            "language": "en",
            "url": "https://huggingface.co/blog/huggingface/state-of-os-hf-spring-2026",
            "note": "Read at second hand: the share of China in several summaries, that of the US "
            "and the window in one each. Which models count is not said there.",
        },
        {
            "source": "atom-2026",
            "title": "The ATOM Report: Measuring the Open Language Model Ecosystem",
            "author": "Nathan Lambert, Florian Brand",
            "publisher": "arXiv 2604.07190",
            "published": "2026-04-08",
            "data_as_of": "14 months to March 2026",
            "language": "en",
            "url": "https://arxiv.org/abs/2604.07190",
            "note": "The abstract was read; the shares of tokens at second hand (besthub.dev).",
        },
        {
            "source": "oligopoly-2026",
            "title": "Open-Weight Oligopoly",
            "author": "Rizsaurav",
            "publisher": "GitHub",
            "published": "2026-09",
            "data_as_of": "2026-09-29",
            "language": "en",
            "url": "https://github.com/Rizsaurav/-Open-Weight-Oligopoly",
            "note": "The file of results was read: the 20,000 most downloaded models and 4,144 "
            "publishers, 30-day downloads.",
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
        ("derivatives/qwen-llama-deepseek", "Qwen", "Qwen has more derived models than Llama"),
        ("derivatives/qwen-llama-deepseek", "Llama", "Llama has more than DeepSeek"),
        ("router/china-ahead", "ahead", "Chinese models have more tokens than US ones"),
        ("router/china-ahead", "before", "they had fewer before"),
        ("atom/chinese-open-tokens", "before", "the Chinese share was a few per cent at first"),
        ("atom/chinese-open-tokens", "after", "it is above 70 per cent at the end"),
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
        ("hub-entities-2025", "2025-10-13", None),
        ("startups-2025", "2025-12-31", None),
        ("hou-2025", "2025-04-20", None),
        ("atom-2025", "2025-11-30", None),
        ("qwen-2026", "2025-12-31", None),
        ("derivatives-2026", "2025-06-30", None),
        ("router-2026", "2026-02-15", None),
        ("hub-spring-2026", "2026-02-28", None),
        ("atom-2026", "2026-03-31", None),
        ("oligopoly-2026", "2026-09-29", None),
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
