"""Real windows over a real diary: demo devices, real takes, no fake of our own code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from diary_app.clip import ClipId
from diary_app.diary import Diary
from diary_app.folders import folders
from tests.support.app_window import Someone, open_window
from tests.support.portal_database import lay_in
from tests.support.takes import make_take, ticking
from ui.app import dress_app
from ui.place import Name


@pytest.fixture(scope="session")
def qapp(qapp_args: list[str]) -> QApplication:
    """The application as the app itself makes it, but for the data folder."""
    app = QApplication.instance() or QApplication(qapp_args)
    assert isinstance(app, QApplication)
    dress_app(app)
    return app


@pytest.fixture(autouse=True)
def application_first(qapp: QApplication) -> None:
    """No window can be made before it, whichever test comes first."""


@pytest.fixture
def diary(own_data_folder: Path) -> Iterator[Diary]:
    """An open diary in the test's own folder; nothing of it is running in the background yet."""
    made = Diary(folders(str(own_data_folder)))
    yield made
    made.close()


@pytest.fixture(scope="session")
def six_seconds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take of six seconds with flashes and beeps."""
    return make_take(tmp_path_factory.mktemp("takes") / "Six seconds.mp4", ticking(180))


@pytest.fixture
def clip_id(diary: Diary, six_seconds: Path) -> ClipId:
    """A saved clip of six seconds."""
    return diary.add_file(six_seconds)


@pytest.fixture
def someone(qapp: QApplication, diary: Diary, own_data_folder: Path) -> Iterator[Someone]:
    """Someone at the window, joined to no portal yet."""
    with open_window(diary, own_data_folder) as person:
        yield person


@pytest.fixture
def joined(qapp: QApplication, diary: Diary, own_data_folder: Path) -> Iterator[Someone]:
    """Someone at the window, in practice mode."""
    lay_in(folders(str(own_data_folder)).practice_portal)
    diary.start_background()
    with open_window(diary, own_data_folder) as person:
        person.press("practise")
        person.until(lambda: diary.portal() is not None and person.at is Name.HOME, what="Home")
        yield person
