"""The fault tables of docs/reliability.md: which fault tests there are, and what their runs have shown.

    python -m tests.support.reliability PAGE RESULTS        writes the tables of these results into the page

RESULTS is the folder that DIARY_RELIABILITY named while tests/faults, or some of it, ran. A test that did not run keeps
its row of an earlier run, as long as it still says the same of its fault.
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
PARTS = ("recorder", "delivery")
"""Each has a table of its own."""
DELIVERY = ("test_delivery_", "test_canary", "test_portal_")
END = "<!-- end of table -->\n"
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
    """One fault test, as its source says; part: one of PARTS."""

    part: str
    name: str
    what: str
    made: str
    holds: str


def fault_tests() -> list[FaultTest]:
    """Every test of tests/faults, part by part, file by file. Raises AssertionError for one that says no fault."""
    found = [_described(path, node) for path in sorted(FAULTS.glob("test_*.py")) for node in _tests(path)]
    return sorted(found, key=lambda test: PARTS.index(test.part))


def _tests(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _described(path: Path, node: ast.FunctionDef) -> FaultTest:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
            words = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
            part = "delivery" if path.name.startswith(DELIVERY) else "recorder"
            return FaultTest(part, node.name, ast.literal_eval(mark.args[0]), str(words["made"]), str(words["holds"]))
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


def table(part: str, results: Path, page: str) -> str:
    """The table of one part, a row for every fault test. Raises KeyError for one that never ran."""
    seen: dict[str, list[dict[str, object]]] = {}
    for line in (results / "results.jsonl").read_text().splitlines():
        facts = json.loads(line)
        seen.setdefault(facts["test"], []).append(facts)
    before = rows_of(page)
    ours = [test for test in fault_tests() if test.part == part]
    return HEAD + "".join(_row(one, seen[one.name]) if one.name in seen else _kept(one, before) for one in ours)


def _kept(test: FaultTest, before: dict[str, list[str]]) -> str:
    cells = before[test.name]
    if cells[:3] != [test.what, test.made, test.holds]:
        raise KeyError(test.name)
    return f"| {' | '.join(cells)} |\n"


def _row(test: FaultTest, results: list[dict[str, object]]) -> str:
    runs = sum(int(str(each["runs"])) for each in results)
    violations = sum(int(str(each["violations"])) for each in results)
    said = "; ".join(str(each["worth_saying"]) for each in results if each["worth_saying"])
    counted = (str(runs) if runs else "could not run here") + (f" ({said})" if said else "")
    return f"| {test.what} | {test.made} | {test.holds} | {counted} | {violations} | `{test.name}` |\n"


def rows_of(page: str) -> dict[str, list[str]]:
    """The cells of every row of the page's tables, by the name of its test."""
    lines = [line for part in PARTS for line in _between(page, part)[1].splitlines()[2:]]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[-1].strip("`"): row for row in cells}


def _between(page: str, part: str) -> tuple[str, str, str]:
    """The page before, in and after the table of a part."""
    before, begin, rest = page.partition(f"<!-- table of the {part}: made by scripts/reliability -->\n")
    inside, _, after = rest.partition(END)
    return before + begin, inside, END + after


def main(words: list[str]) -> None:
    """Write the tables into the page."""
    page, results = Path(words[0]), Path(words[1])
    for part in PARTS:
        text = page.read_text()
        before, _, after = _between(text, part)
        page.write_text(before + table(part, results, text) + after)


if __name__ == "__main__":
    main(sys.argv[1:])
