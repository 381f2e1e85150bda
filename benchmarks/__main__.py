"""`./scripts/bench NAME [--json]`: run one measurement of this folder and print it."""

import argparse
import importlib
import json
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the measurement that the command line names: the module's run()."""
    names = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure, as ratios.")
    parser.add_argument("name", choices=names)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args()
    found: dict[str, object] = importlib.import_module(f"benchmarks.{arguments.name}").run()
    if arguments.json:
        print(json.dumps(found))
        return
    for key, value in found.items():
        print(f"{key:<20} {value}")


if __name__ == "__main__":
    main()
