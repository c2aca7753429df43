#!/usr/bin/env python3
"""Plants the faults of planted.toml one at a time in a copy of the repository and lets the
simulation look for each. Exit 1 if one is not found within its seeds.

    tests/simulation/planted.py              all of them, about a minute each
    tests/simulation/planted.py lease serial those whose names hold one of the words
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(words):
    faults = tomllib.loads((ROOT / "tests/simulation/planted.toml").read_text())["fault"]
    faults = [f for f in faults if not words or any(w in f["name"] for w in words)]
    missed = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(scratch) / "duban"
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, names.stdout.split("\0")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
        environment = dict(os.environ, CARGO_TARGET_DIR=str(pathlib.Path(scratch) / "target"))
        if "PLANTED_TARGET_DIR" in os.environ:
            environment["CARGO_TARGET_DIR"] = os.environ["PLANTED_TARGET_DIR"]
        for fault in faults:
            missed += not found(copy, fault, environment)
    print(f"{len(faults) - missed} of {len(faults)} planted faults were found")
    return 1 if missed else 0


def found(copy, fault, environment):
    file = copy / fault["file"]
    text = file.read_text()
    if text.count(fault["find"]) != 1:
        print(f"NOT PLANTED {fault['name']}: its place is not in {fault['file']} once")
        return False
    file.write_text(text.replace(fault["find"], fault["replace"]))
    command = ["cargo", "run", "--quiet", "--example", "simulate-faults", "--"]
    command += ["--seeds", str(fault["seeds"]), "--tickets", "30", "--until-wrong"]
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    finally:
        file.write_text(text)
    first = re.search(r"^seed (\d+): (.*)$", done.stdout, re.M)
    if done.returncode == 0 or not first:
        print(f"NOT FOUND   {fault['name']} in {fault['seeds']} seeds {done.stderr[-2000:]}")
        return False
    print(f"found       {fault['name']}: seed {first[1]} of {fault['seeds']}: {first[2][:90]}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
