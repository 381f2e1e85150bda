"""What the recorder needs from threads: the computer's own, which a simulation's must equal in everything seen here."""

import threading

import pytest

from capture.threads import Mailbox, SystemThreads, Threads


@pytest.fixture(params=[SystemThreads])
def threads(request: pytest.FixtureRequest) -> Threads:
    made: Threads = request.param()
    return made


def test_a_mailbox_hands_over_in_order(threads: Threads) -> None:
    box: Mailbox[int] = threads.mailbox()
    for number in range(1000):
        box.put(number)
    assert [box.get() for _ in range(1000)] == list(range(1000))


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 0.01])
def test_an_empty_mailbox_gives_nothing_after_the_time(threads: Threads, timeout_s: float) -> None:
    box: Mailbox[int] = threads.mailbox()
    assert box.get(timeout_s) is None
    box.put(5)
    assert box.get(timeout_s) == 5


def test_a_mailbox_wakes_who_waits(threads: Threads) -> None:
    there: Mailbox[int] = threads.mailbox()
    back: Mailbox[int] = threads.mailbox()

    def answer() -> None:
        while (number := there.get()) is not None and number >= 0:
            back.put(number * 2)

    running = threads.start("answers", answer)
    for number in range(50):
        there.put(number)
        assert back.get(10.0) == number * 2
    there.put(-1)
    assert running.join(10.0)


def test_a_flag_goes_up_once_and_stays(threads: Threads) -> None:
    flag = threads.flag()
    states = [flag.is_up(), flag.wait(0.01)]
    flag.raise_it()
    flag.raise_it()
    assert [*states, flag.is_up(), flag.wait(0.01)] == [False, False, True, True]


def test_a_flag_wakes_all_who_wait(threads: Threads) -> None:
    flag = threads.flag()
    seen: Mailbox[bool] = threads.mailbox()
    running = [threads.start(f"waits-{number}", lambda: seen.put(flag.wait(10.0))) for number in range(3)]
    flag.raise_it()
    assert [seen.get(10.0) for _ in running] == [True] * 3
    assert all(each.join(10.0) for each in running)


def test_join_tells_whether_it_has_ended(threads: Threads) -> None:
    flag = threads.flag()
    seen: Mailbox[bool] = threads.mailbox()
    running = threads.start("waits", lambda: seen.put(flag.wait(10.0)))
    assert not running.join(0.01)
    flag.raise_it()
    assert running.join(10.0)
    assert running.join()


def test_a_lock_lets_one_in_at_a_time(threads: Threads) -> None:
    lock, inside, most = threads.lock(), list[int](), list[int]()

    def work() -> None:
        for _ in range(200):
            with lock:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    running = [threads.start(f"works-{number}", work) for number in range(4)]
    assert all(each.join(10.0) for each in running)
    assert (len(most), max(most)) == (800, 1)


def test_threads_have_their_names_and_do_not_keep_the_process_alive() -> None:
    seen: Mailbox[tuple[str, bool]] = SystemThreads().mailbox()

    def look() -> None:
        me = threading.current_thread()
        seen.put((me.name, me.daemon))

    assert SystemThreads().start("syncer", look).join(10.0)
    assert seen.get(1.0) == ("syncer", True)
