"""`python -m portal`: run the portal, or one of its admin commands. Errors are one sentence on stderr."""

import argparse
import ipaddress
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from portal import home

COMMANDS = {
    "adduser": "make an account, or give it a new password",
    "approve": "let in the computer that shows CODE, as its person would in a browser",
    "deny": "refuse the computer that shows CODE",
    "devices": "list the computers that may send, and those that ask",
    "revoke": "take back what a computer may do",
    "token": "print a token with which a script may send clips",
    "clips": "list the clips and their stage",
    "publish": "publish a clip",
    "import": "bring the clips of a memory stick (a rescue folder)",
}


UNSAFE = (
    "Other computers can reach this portal without https, so passwords can be read on the way. "
    f"Put a web server with https in front of it and set {home.HTTPS_VARIABLE}=1."
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="diary portal",
        description="Run the portal on this computer, or one of its admin commands.",
        epilog="admin commands:\n"
        + "\n".join(f"  {name:<10}{does}" for name, does in COMMANDS.items())
        + "\n\n`diary portal COMMAND --help` says more about one of them.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the portal keeps everything")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (this computer alone)")
    parser.add_argument("--port", type=int, default=8400, help="the port to listen on; 0 takes any free one (8400)")
    parser.add_argument("--name", help="what the portal is called")
    parser.add_argument("--practice", action="store_true", help="say on every page that nothing here is real")
    parser.add_argument("command", nargs="?", choices=COMMANDS, metavar="COMMAND", help="an admin command, see below")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="what the command takes")
    return parser


def _set_environment(options: argparse.Namespace) -> None:
    """Tell portal.settings, which is read later, what the command line says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    if options.data is not None:
        os.environ[home.DATA_VARIABLE] = str(options.data.expanduser().resolve())
    if options.practice:
        os.environ[home.PRACTICE_VARIABLE] = "1"
    if options.name:
        os.environ[home.NAME_VARIABLE] = options.name
    hosts = os.environ.get(home.HOSTS_VARIABLE, "")
    if not _is_everywhere(options.host):
        os.environ[home.HOSTS_VARIABLE] = f"{hosts},{options.host}".strip(",")


def _is_everywhere(host: str) -> bool:
    """Whether this is no address of its own but "all of them" (0.0.0.0, ::)."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _warn_about(host: str) -> None:
    """Say so where passwords would cross a network in the clear."""
    try:
        here_alone = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here_alone = False
    if not here_alone and os.environ.get(home.HTTPS_VARIABLE) != "1":
        print(UNSAFE, file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the portal or a command; returns the exit status."""
    options = _parser().parse_args(arguments)
    _set_environment(options)
    try:
        home.prepare(home.data_folder())
        _set_up_django()
        if options.command is None:
            from portal.server import serve

            _warn_about(options.host)
            serve(host=options.host, port=options.port)
        else:
            _run_command(options.command, options.rest)
    except home.HomeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _set_up_django() -> None:
    import django

    django.setup()


def _run_command(command: str, rest: Sequence[str]) -> None:
    """Run one admin command; raises HomeError with its sentence."""
    from django.core.management import CommandError, call_command

    from portal import database

    database.prepare()
    home.prepare(home.data_folder())
    try:
        with database.in_sentences():
            call_command(command, *rest)
    except CommandError as error:
        raise home.HomeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
