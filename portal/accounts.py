"""Accounts and what they may do."""

from django.contrib.auth.models import Group, Permission, User

MODERATORS = "Moderators"


def make_moderator(user: User) -> None:
    """Let the account watch, publish and send back clips."""
    group, _ = Group.objects.get_or_create(name=MODERATORS)
    group.permissions.add(*Permission.objects.filter(content_type__app_label="portal", codename="moderate_clip"))
    user.groups.add(group)
