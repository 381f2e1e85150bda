"""The fault table of docs/reliability.md: which fault tests there are, and what their runs have shown.

    python -m tests.support.reliability PAGE RESULTS        writes the table of these results into the page

RESULTS is the folder that DIARY_RELIABILITY named while tests/faults ran.
"""

import ast
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FAULTS = Path(__file__).parents[1] / "faults"
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
FOLDER = "DIARY_RELIABILITY"
BEGIN, END = "<!-- table: made by scripts/reliability -->\n", "<!-- end of table -->\n"
HEAD = "| Fault | How it is made | What must hold | Runs | Violations | Test |\n|---|---|---|---|---|---|\n"


@dataclass(slots=True)
class Tally:
    """What one test counts. Violations that it finds also make it fail."""

    runs: int = 1
    violations: list[str] = field(default_factory=list)
    worth_saying: str = ""
    """A figure that the table is to show beside the runs."""

    def found(self, runs: int, violations: list[str]) -> None:
        """Put down the result of a campaign, and fail where there is a violation."""
        self.runs, self.violations = runs, violations
        assert not violations, f"{len(violations)} violations: " + "; ".join(violations[:5])


@dataclass(frozen=True, slots=True)
class FaultTest:
    """One fault test, as its source says."""

    name: str
    what: str
    made: str
    holds: str


def fault_tests() -> list[FaultTest]:
    """Every test of tests/faults, file by file. Raises AssertionError for one that does not say what its fault is."""
    return [_described(path, node) for path in sorted(FAULTS.glob("test_*.py")) for node in _tests(path)]


def _tests(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _described(path: Path, node: ast.FunctionDef) -> FaultTest:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
            words = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
            return FaultTest(node.name, ast.literal_eval(mark.args[0]), str(words["made"]), str(words["holds"]))
    raise AssertionError(f"{path.name}: {node.name} does not say what its fault is")


def put_down(test: str, tally: Tally, *, outcome: str) -> None:
    """Add one result to those of this run of the tests, where somebody wants them."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return
    violations = len(tally.violations) or (1 if outcome == "failed" else 0)
    runs = 0 if outcome == "skipped" else tally.runs
    facts = {"test": test, "runs": runs, "violations": violations, "worth_saying": tally.worth_saying}
    with (Path(folder) / "results.jsonl").open("a") as file:
        file.write(json.dumps(facts) + "\n")


def table(results: Path) -> str:
    """The table of these results, a row for every fault test. Raises KeyError for one that has none."""
    seen: dict[str, list[dict[str, object]]] = {}
    for line in (results / "results.jsonl").read_text().splitlines():
        facts = json.loads(line)
        seen.setdefault(facts["test"], []).append(facts)
    return HEAD + "".join(_row(test, seen[test.name]) for test in fault_tests())


def _row(test: FaultTest, results: list[dict[str, object]]) -> str:
    runs = sum(int(str(each["runs"])) for each in results)
    violations = sum(int(str(each["violations"])) for each in results)
    said = "; ".join(str(each["worth_saying"]) for each in results if each["worth_saying"])
    counted = (str(runs) if runs else "could not run here") + (f" ({said})" if said else "")
    return f"| {test.what} | {test.made} | {test.holds} | {counted} | {violations} | `{test.name}` |\n"


def rows_of(page: str) -> dict[str, list[str]]:
    """The cells of every row of the page's table, by the name of its test."""
    lines = page[page.index(BEGIN) + len(BEGIN) : page.index(END)].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[-1].strip("`"): row for row in cells}


def main(words: list[str]) -> None:
    """Write the table into the page."""
    page, results = Path(words[0]), Path(words[1])
    text = page.read_text()
    page.write_text(text[: text.index(BEGIN) + len(BEGIN)] + table(results) + text[text.index(END) :])


if __name__ == "__main__":
    main(sys.argv[1:])
