"""Every fault test says what the fault is, how it is made and what must hold; its runs are counted for the fault table.

    @pytest.mark.fault("the fault", made="how it is made", holds="what must hold afterwards")

docs/reliability.md is made from this by scripts/reliability (tests.support.reliability).
"""

from collections.abc import Generator, Iterator

import pluggy
import pytest

from tests.support.portal_client import PortalClient
from tests.support.portal_process import PortalProcess
from tests.support.reliability import Tally, put_down


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(what, made, holds): a row of the fault table")


@pytest.fixture
def tally() -> Tally:
    """Where a test counts its runs and what it found."""
    return Tally()


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalClient]:
    """A computer that a portal knows; it asks past whatever stands between the app and the portal."""
    with PortalProcess(tmp_path_factory.mktemp("portal"), practice=False) as portal:
        yield PortalClient(portal)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    report = (yield).get_result()
    marker = item.get_closest_marker("fault")
    if marker is None or not isinstance(item, pytest.Function) or (call.when != "call" and report.passed):
        return
    found = item.funcargs.get("tally")
    tally = found if isinstance(found, Tally) else Tally()
    put_down(item.nodeid.split("[")[0].split("::")[-1], tally, outcome=report.outcome)
