"""Texts that can lead to somebody are published nowhere, and counted; public names are kept."""

from __future__ import annotations

import pytest

from research.collect.scans import record
from research.collect.scans.texts import ADDRESS, HOST, private_part
from tests.collect.scans.test_aggregation import GOOD, crowd, write

MAIL, PATH, PHONE, STREET = "e-mail address", "path or link", "telephone number", "street"
PUBLIC_MODELS = (
    "llama3.2:latest", "deepseek-r1:14b", "qwen2.5-coder:7b-instruct-q4_K_M", "alice/own:latest",
    "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", "huggingface.co/Qwen/Qwen3-8B-GGUF:Q8_0",
    "registry.ollama.ai/library/phi3:3.8b", "modelscope.cn/Qwen/Qwen3-8B-GGUF:latest",
    "llama-3.1-8b-instruct:v1.5.2", "gpt-oss:20b-cloud", "model-2024-11-20-1:latest",
)  # fmt: skip
PRIVATE_MODELS = {
    "registry.example.com:5000/team/model:latest": HOST,
    "models.example/llama3:latest": HOST,
    "registry/team/model:latest": HOST,
    "localhost/team/model": HOST,
    "gpu1.example.lan:latest": HOST,
    "srv1.customers.example.com": HOST,
    "hf.co/someone/models.private.example.com": HOST,
    "10.20.30.40:5000/model": ADDRESS,
    "model-at-203.0.113.9:latest": ADDRESS,
    "[2001:db8::5]/team/model": ADDRESS,
    "jane.doe@example.com/model:latest": MAIL,
    "http://models/x": PATH,
    "/home/jane/models/x.gguf": PATH,
    "C:\\Users\\jane\\x.gguf": PATH,
}
PUBLIC_PLACES = (
    "Amazon.com, Inc.", "AS12345 EXAMPLE-NET", "Booking.com BV", "1&1 IONOS SE",
    "China169 Backbone", "DigitalOcean, LLC", "University of St. Andrews", "Frankfurt am Main",
    "L'Aquila", "Ho Chi Minh", "Street Networks Ltd", "Broadway Telecom 24",
)  # fmt: skip
PRIVATE_PLACES = {
    "Jane Doe, 12 Long Acre Road": STREET,
    "Doe Hosting, Hauptstraße 5": STREET,
    "Doe Hosting, Hauptstr. 5": STREET,
    "Dupont, 5 rue de la Paix": STREET,
    "Rossi, via Roma 5": STREET,
    "Jane Doe +49 30 1234567": PHONE,
    "Jane Doe (555) 123-4567": PHONE,
    "Jane Doe tel. 5551234": PHONE,
    "jane@example.com": MAIL,
    "static.203.0.113.9.example": ADDRESS,
    "host7.customers.example.net": HOST,
}


@pytest.mark.parametrize("text", PUBLIC_MODELS)
def test_public_names_of_models_are_kept(text):
    assert private_part(text) == ""


@pytest.mark.parametrize("text", PRIVATE_MODELS)
def test_what_leads_to_somebody_is_found_in_the_name_of_a_model(text):
    assert private_part(text) == PRIVATE_MODELS[text]


@pytest.mark.parametrize("text", PUBLIC_PLACES)
def test_networks_and_cities_are_kept(text):
    assert private_part(text, place=True) == ""


@pytest.mark.parametrize("text", PRIVATE_PLACES)
def test_what_leads_to_somebody_is_found_in_a_network_or_a_city(text):
    assert private_part(text, place=True) == PRIVATE_PLACES[text]


@pytest.mark.parametrize(
    "text", ["llama", "nomic-bert", "qwen2.5vl", "Q4_K_M", "IQ4_XS", "unknown"]
)
def test_families_and_levels_are_kept(text):
    assert private_part(text) == ""


def test_such_texts_are_in_no_file_of_the_dataset_and_counted(tmp_path, aggregated, table):
    model, network, city, family, level = (
        "registry.example.com:5000/team/secret:latest", "Jane Doe, 12 Long Acre Road",
        "jane@example.com", "203.0.113.9", "/home/jane/q4",
    )  # fmt: skip
    listed = {"models": [
        {"name": model, "details": {"family": family, "quantization_level": level}},
        {"name": "llama3:8b", "details": {"family": "llama", "parameter_size": "8.0B"}},
    ]}  # fmt: skip
    lines = crowd(30, as_organisation=network, city=city, tags=listed)
    lines += [GOOD | {"address": f"198.18.4.{n}"} for n in range(30)]
    lines[-1]["tags"] = {"models": [{"name": "r", "details": {"quantization_level": "rare"}}]}
    found = aggregated(write(tmp_path / "scan.jsonl", *lines))
    dataset = found.datasets[0]
    for path in dataset.folder.iterdir():
        written = path.read_text()
        for text in (model, network, city, family, level):
            assert text not in written
    assert "llama3:8b" in set(table(dataset, "model_tags")["ollama_tag"])
    masked = table(dataset, "masked_texts")
    assert masked.to_dict("list") == {
        "table": ["cities", "families", "hosting", "model_tags", "quantizations"],
        "reason": [MAIL, ADDRESS, STREET, HOST, PATH],
        "texts": [1] * 5,
    }
    assert sum(found.masked.values()) == 5
    assert found.totals["discovered_ips"] == 60
    assert record.NO_COUNTRY not in {k for k, n in found.reasons.items() if n}
