"""docs/reliability.md speaks of every fault test there is, and of no other; no violation stands in it."""

from tests.support.reliability import PAGE, fault_tests, rows_of


def test_the_fault_table_names_every_fault_test() -> None:
    rows = rows_of(PAGE.read_text())
    tests = {test.name: test for test in fault_tests()}
    assert list(rows) == list(tests), "run ./scripts/reliability"
    for name, row in rows.items():
        assert row[:3] == [tests[name].what, tests[name].made, tests[name].holds], "run ./scripts/reliability"


def test_every_fault_was_run_and_none_broke_a_promise() -> None:
    for name, row in rows_of(PAGE.read_text()).items():
        assert row[3][0].isdigit(), f"{name} was run: {row[3]}"
        assert row[4] == "0", f"{name}: {row[4]} violations"
