"""A script joins and sends without a person: a token from the portal's command line, in a private file."""

from pathlib import Path

from tests.support.command_line import assert_one_sentence, diary, diary_json
from tests.support.portal_process import PortalProcess


def test_a_script_sends_with_a_token_until_it_is_revoked(tmp_path: Path) -> None:
    take, token_file = tmp_path / "take.mp4", tmp_path / "token"
    made = diary("record", take, "--seconds", "2", "--camera", "demo", "--microphone", "demo")
    assert made.returncode == 0, made.stderr
    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        token = portal.run("token", "Night job", "--user", "nightly").strip()
        token_file.write_text(token)
        variable = {"DIARY_PORTAL_TOKEN_FILE": str(token_file)}
        receipt = diary_json("send", take, "--title", "Nightly", "--portal", portal.url, env=variable)
        assert isinstance(receipt, dict)
        assert receipt["page"].startswith(portal.url)

        assert diary("pair", portal.url, "--token-file", token_file).returncode == 0
        number = portal.run("devices").split("\t")[0]
        assert "Night job" in portal.run("devices")
        portal.run("revoke", number)
        assert_one_sentence(diary("pair", portal.url, "--token-file", token_file))
        other = tmp_path / "other.mp4"
        assert diary("trim", take, other, "--keep", "0-1").returncode == 0
        said = assert_one_sentence(diary("send", other, "--title", "Too late"))
        assert "safe" in said
    assert token not in "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*.log*"))
