"""The work that the portal does by itself, as tasks (django-tasks, kept in the database)."""

from django_tasks import task


@task()
def check_clip(clip_id: str) -> None:
    """Check one clip that has come in; may be repeated."""
    from portal.checks.arrival import check

    check(clip_id)
