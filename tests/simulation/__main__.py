"""The command line of the simulation: ./scripts/simulate --sessions N --seed K, or --only SEED with a trace."""

import argparse
import json
import logging
import sys

from tests.simulation.checks import violations
from tests.simulation.plan import plan_of
from tests.simulation.running import Tally, quick, run_many
from tests.simulation.session import Session


def main() -> int:
    """Run, print one line of JSON, and return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulate", description="Runs whole recording sessions in virtual time.")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", metavar="SEED", help="repeat one session, and tell all that happened in it")
    parser.add_argument(
        "--until-broken", action="store_true", help="stop after the first session that breaks a promise"
    )
    wanted = parser.parse_args()
    if wanted.only:
        tally = _only(wanted.only)
    else:
        tally = run_many(wanted.seed, 0, wanted.sessions, progress=True, until_broken=wanted.until_broken)
    for line in tally.broken:
        print(line, file=sys.stderr)
    print(json.dumps(tally.facts()))
    return 1 if tally.violations else 0


def _only(seed: str) -> Tally:
    """One session: its plan, the log with simulated times, what was asked and told, and what is in the files."""
    plan = plan_of(seed)
    session = Session(plan)
    with quick():
        logging.disable(logging.NOTSET)
        _trace(session)
        print(plan, file=sys.stderr)
        evidence = session.run()
    for at_s, what in sorted([*evidence.posted, *evidence.news, *evidence.faults], key=lambda each: each[0]):
        print(f"{at_s:10.3f} {what}", file=sys.stderr)
    for path, media in (evidence.takes | evidence.parts).items():
        shown = [(each.number, round(each.at_s, 3)) for each in media.pictures]
        print(f"{path}: pictures {shown}, sound to {media.sound_end_s:.3f} s, {media.faults}", file=sys.stderr)
    broken = [f"--only {seed}: {what}" for what in violations(evidence)]
    return Tally(1, len(evidence.faults) + session.child_failures, len(broken), session.simulated_s / 3600, broken)


def _trace(session: Session) -> None:
    """The recorder's log, each line with the moment of the simulated clock."""

    class Stamp(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            record.simulated_s = session.now_s
            return True

    handler = logging.StreamHandler()
    handler.addFilter(Stamp())
    handler.setFormatter(logging.Formatter("%(simulated_s)10.3f %(name)s: %(message)s"))
    logger = logging.getLogger("capture")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
