"""The sweeper: what a killed server left running or never began is done by the next one."""

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.checks.tasks import check_clip
from portal.worker import sweep
from tests.support.portal_clips import a_clip


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
