"""What keeps the code readable and the repository clean. The import contracts are checked by lint-imports."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PACKAGES = ("diary_app", "ui", "capture", "upload", "portal", "assets")
LONGEST_FUNCTION = 50
LONGEST_MODULE = 400
EXEMPTIONS = re.compile(r"#\s*(type:\s*ignore|noqa|pragma:\s*no cover)|except\s+(Exception|\(.*\bException\b.*\))")
PRIVATE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|farm|home/[a-z])/")
# In two halves, so that this file is not found by its own search.
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb" + ".debian.org")


def _modules() -> list[Path]:
    ours = [path for package in PACKAGES for path in (TOP / package).rglob("*.py") if "migrations" not in path.parts]
    return sorted([*ours, *(TOP / "tests").rglob("*.py"), *(TOP / "benchmarks").rglob("*.py")])


def _our_code() -> list[Path]:
    return [path for path in _modules() if path.relative_to(TOP).parts[0] in PACKAGES]


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=False, text=True)
    if listed.returncode:
        pytest.skip("git: this is not a clone, so what is committed is unknown")
    return [TOP / name for name in listed.stdout.split("\0") if name and (TOP / name).is_file()]


def test_there_is_code_to_look_at() -> None:
    assert len(_our_code()) > 20


def test_functions_are_short_enough_to_read() -> None:
    long = [
        f"{path.relative_to(TOP)}:{function.lineno} {function.name}"
        for path in _modules()
        for function in _functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


def test_modules_are_short_enough_to_read() -> None:
    assert not [
        str(path.relative_to(TOP))
        for path in _modules()
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE
    ]


def test_no_check_is_switched_off() -> None:
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in _our_code()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if EXEMPTIONS.search(line)
    ]
    assert not found


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    found = []
    for path in _committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(text.splitlines(), 1):
            if PRIVATE_PATHS.search(line) or any(host in line for host in REGISTRIES):
                found.append(f"{path.relative_to(TOP)}:{number}: {line.strip()[:120]}")
    assert not [line for line in found if not line.startswith("tests/test_structure.py")]


def test_every_dependency_is_pinned_by_hash_and_none_by_address() -> None:
    text = (TOP / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + re.sub(r"^\s*#.*$", "", text, flags=re.M).strip())
    entries = [entry.strip() for entry in entries if entry.strip()]
    assert len(entries) > 20
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry.split()[0]]
    assert "://" not in text


def test_what_is_declared_is_locked() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    declared = [re.split(r"[<>=!~;\[ ]", entry)[0] for entry in wanted]
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==", (TOP / "requirements.lock").read_text(encoding="utf-8"), flags=re.M)
    assert {_plain(name) for name in declared} - {_plain(name) for name in locked} == set()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_scripts_are_sound_shell() -> None:
    for name in ("run", "test", "lock", "install.sh"):
        subprocess.run(["bash", "-n", str(TOP / "scripts" / name)], check=True)
    assert (TOP / ".ci" / "run").stat().st_mode & 0o111
