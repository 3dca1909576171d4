"""A user's script, in which every call has a type: run, frame, plot, another table."""

from pathlib import Path

import research

known = research.analyses()
for outline in known:
    name: str = outline.name
claims: tuple[str, ...] = known["llama_tags"].claims

result: research.Result = research.run("llama_tags")
answer: research.Answer = result["answer"]
estimate: research.Estimate = answer["llama tags among the ten leading tags"]
value: float | None = estimate.value
low, high = estimate.identified
print(result, answer, estimate, result.summary(), sep="\n\n")

frame = result.to_frame()
judged = frame[frame["verdict"].notna()]
result.plot().savefig(Path("llama_tags.png"))

table = research.load("tenthe_model_tags")
without = table[~table["ollama_tag"].str.startswith("llama")]
other = research.run("llama_tags", data={"tenthe_model_tags": without})
print(other["answer"].verdicts, research.recorded("parameter_scale").title)

try:
    research.run("llama_tag")
except research.ResearchError as mistake:
    print(mistake)
