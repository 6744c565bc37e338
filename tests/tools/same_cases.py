"""Compares freshly made pydantic vectors on standard input with tests/vectors/pydantic.json: today's FastAPI
may answer otherwise than the one they were made with. Exit status 1 names the cases that differ."""

import json
import os
import sys

KEPT = os.path.join(os.path.dirname(__file__), "..", "vectors", "pydantic.json")


def main():
    """Prints what differs."""
    fresh = json.load(sys.stdin)
    with open(KEPT, encoding="utf-8") as file:
        kept = json.load(file)
    differing = [case for case in fresh["cases"] if case not in kept["cases"]]
    for case in differing:
        print("differs today:", json.dumps(case))
    print(f"{len(fresh['cases']) - len(differing)} of {len(fresh['cases'])} answers of"
          f" {fresh['made_with']} are the kept ones")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
