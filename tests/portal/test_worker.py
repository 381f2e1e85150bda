"""The sweeper: what a killed server left running or never began is done by the next one."""

import uuid
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.checks.tasks import check_clip
from portal.models import Clip
from portal.worker import sweep

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def a_clip(*, checked: bool) -> Clip:
    owner, _ = User.objects.get_or_create(username="carer")
    return Clip.objects.create(
        clip_id=uuid.uuid4(),
        owner=owner,
        sha256="0" * 64,
        bytes=1,
        filetype="video/mp4",
        title="A clip",
        audience="staff",
        seconds=1,
        recorded=WHEN,
        received_at=WHEN,
        people=[],
        media_name=f"{uuid.uuid4()}.mp4",
        checked_at=WHEN if checked else None,
    )


def test_work_left_running_is_ready_again(db: None) -> None:
    check_clip.enqueue(str(a_clip(checked=False).clip_id))
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    sweep()
    sweep()
    (task,) = DBTaskResult.objects.all()
    assert task.status == TaskResultStatus.READY


def test_a_clip_that_nobody_checked_gets_its_task_and_others_get_none(db: None) -> None:
    a_clip(checked=True)
    clip = a_clip(checked=False)
    sweep()
    (task,) = DBTaskResult.objects.all()
    assert task.args_kwargs["args"] == [str(clip.clip_id)]
