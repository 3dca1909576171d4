"""Make the environment of the project, and say what is being done: ``python3 set_up.py .venv``.

It needs nothing but Python, and says so itself where that is too old: no other file is read by an
interpreter that does not know the syntax of today.
"""

import re
import subprocess
import sys
import time

PIP = ("-m", "pip", "--disable-pip-version-check")
LOCK = "requirements.lock"
# A package from an index, from a folder of the machine, or one that is there already.
TAKEN = r"\s*(?:Collecting |Processing (?:.*/)?|Requirement already satisfied: )(\w[\w.]*)"
EVERY = 20  # packages between two lines, where no line can be written over


def main(folder):
    """The three steps, each with a line when it begins and the seconds that it took."""
    if sys.version_info < (3, 11):
        sys.exit(
            "modelometrics needs Python 3.11 or newer, found %d.%d. "
            "Name one: make PYTHON=python3.11" % sys.version_info[:2]
        )
    python = folder + "/bin/python"
    with open(LOCK, encoding="utf-8") as lock:
        total = len(re.findall(r"^[\w.-]+==", lock.read(), re.MULTILINE))
    release = "Python %d.%d.%d" % sys.version_info[:3]
    step(
        "1 of 3: environment %s with %s" % (folder, release), [sys.executable, "-m", "venv", folder]
    )
    # Modules are compiled when they are first used: most never are.
    step(
        "2 of 3: %d packages of %s, the longest step" % (total, LOCK),
        [python, *PIP, "install", "--no-compile", "--require-hashes", "--requirement", LOCK],
        total,
    )
    step(
        "3 of 3: modelometrics itself",
        [python, *PIP, "install", "--no-deps", "--no-build-isolation", "--editable", "."],
    )


def step(what, command, total=0):
    """Run one step; what it printed is shown only if it fails."""
    print("Set-up, step %s" % what, flush=True)
    start, lines, seen = time.monotonic(), [], 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout:
            lines.append(line)
            found = re.match(TAKEN, line)
            total -= line.startswith("Ignoring ")  # it is for other systems
            if found and total > 0:
                seen += 1
                show("  %d of %d: %s" % (seen, total, found[1]), rare=seen % EVERY)
            elif line.startswith("Installing collected packages"):
                show("  all are here; installing", rare=False)
    end = "  %d s" % (time.monotonic() - start)
    print("\r\x1b[K" + end if sys.stdout.isatty() else end, flush=True)
    if running.returncode:
        sys.exit("".join(lines[-EVERY:]) + "The set-up stopped at step %s." % what)


def show(text, rare):
    """A line that the next one writes over; where that cannot be, one of many."""
    if sys.stdout.isatty():
        print("\r\x1b[K" + text, end="", flush=True)
    elif not rare:
        print(text, flush=True)


if __name__ == "__main__":
    main(*(sys.argv[1:] or [".venv"]))
