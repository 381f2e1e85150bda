"""What the portal keeps: uploads on their way, clips, who did what to them, and the computers that may send.

Words (the same as in the app): a clip's stage is one of received, in review, published, sent back, withdrawn.
"""

import secrets
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from oauth2_provider.models import DeviceGrant, RefreshToken

from portal import slips


class Stage(models.TextChoices):
    """Where a clip is on its way, once the portal holds all of it."""

    RECEIVED = "received", "Received"
    IN_REVIEW = "in_review", "Being looked at"
    PUBLISHED = "published", "Published"
    SENT_BACK = "sent_back", "Sent back"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Audience(models.TextChoices):
    """Who the speaker agreed may see the clip."""

    TEAM = "team", "My team"
    STAFF = "staff", "All staff"


class FileType(models.TextChoices):
    """What may be sent."""

    VIDEO = "video/mp4", "Video"
    SOUND = "audio/mp4", "Sound"


class Copy(models.TextChoices):
    """Which file of a clip: the whole rendition, or the small copy that goes ahead of it."""

    FULL = "full", "Full"
    SMALL = "small", "Small copy"


class ShowAs(models.TextChoices):
    """How the speaker is seen and heard; done before it left their computer."""

    AS_I_AM = "as_i_am", "As they are"
    VOICE_ONLY = "voice_only", "Voice only"
    DISGUISED_VOICE = "disguised_voice", "Disguised voice"
    BLURRED_FACE = "blurred_face", "Blurred face"


class Facts(models.Model):
    """What the app says about a clip; the same for an upload and for the clip that it becomes."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="%(class)ss")
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    filetype = models.CharField(max_length=20, choices=FileType.choices)
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    seconds = models.FloatField(help_text="Length, as the app says")
    recorded = models.DateTimeField()
    people = models.JSONField(help_text="One card per person: name, agrees")
    names_said = models.JSONField(default=list, blank=True, help_text="Seconds [from, to] in which a name was said")
    show_as = models.CharField(max_length=16, choices=ShowAs.choices, default=ShowAs.AS_I_AM)
    sending = models.PositiveSmallIntegerField(default=1, help_text="2 once it was sent back, edited and sent again")

    class Meta:
        """Django's settings for the table."""

        abstract = True


class Upload(Facts):
    """A file on its way. Its row is older than its first byte; its file's size on disk is its offset."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clip_id = models.UUIDField()
    copy = models.CharField(max_length=5, choices=Copy.choices, default=Copy.FULL)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True, help_text="When something last arrived")
    received = models.BooleanField(default=False, help_text="Whole, checked, and a clip")

    class Meta:
        """Django's settings for the table."""

        ordering = ("created_at",)
        constraints = (
            models.UniqueConstraint(fields=["clip_id", "copy", "sending"], name="portal_one_upload_a_sending"),
        )
        indexes = (models.Index(fields=["owner"], condition=models.Q(received=False), name="portal_unfinished"),)

    def __str__(self) -> str:
        return f"{self.title} ({self.id})"

    @property
    def part(self) -> Path:
        """Where its bytes lie while they arrive."""
        return Path(settings.INCOMING) / f"{self.id}.part"

    @property
    def media_name(self) -> str:
        """The name, made by us, that the whole file will have."""
        return f"{self.id}.mp4"


class Allowance(models.Model):
    """What one account may send, where that is not what everybody may. An empty field: as for everybody."""

    account = models.OneToOneField(User, on_delete=models.CASCADE, related_name="allowance")
    largest_bytes = models.PositiveBigIntegerField(
        "largest file", null=True, blank=True, help_text="In bytes; never more than the portal’s own limit"
    )
    unfinished = models.PositiveIntegerField(
        "deliveries at once", null=True, blank=True, help_text="How many may be begun and not finished"
    )
    unfinished_bytes = models.PositiveBigIntegerField(
        "bytes at once", null=True, blank=True, help_text="How large these may be together"
    )
    bytes_a_day = models.PositiveBigIntegerField(
        "bytes a day", null=True, blank=True, help_text="How much may arrive from midnight to midnight"
    )

    def __str__(self) -> str:
        return str(self.account)


class Arrived(models.Model):
    """How many bytes of an account arrived on one day, whatever became of them."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        """Django's settings for the table."""

        constraints = (models.UniqueConstraint(fields=["owner", "day"], name="portal_one_row_a_day"),)

    def __str__(self) -> str:
        return f"{self.day} {self.bytes}"


class Clip(Facts):
    """A clip that the portal holds, whole and checked."""

    clip_id = models.UUIDField(primary_key=True, editable=False)
    media_name = models.CharField(max_length=60, unique=True)
    small_name = models.CharField(max_length=60, blank=True, help_text="The small copy’s file, where there is one")
    whole = models.BooleanField(default=True, help_text="The full file is here; until then only the small copy is")
    received_at = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.RECEIVED, db_index=True)
    note = models.TextField(blank=True, help_text="The moderator's words to the speaker")
    checked_at = models.DateTimeField(null=True, blank=True)
    playable = models.BooleanField(default=False, help_text="The check on arrival could play it")
    measured_seconds = models.FloatField(null=True, blank=True, help_text="Length, as found in the file")
    width = models.IntegerField(null=True, blank=True)
    height = models.IntegerField(null=True, blank=True)
    poster_name = models.CharField(max_length=60, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="When its files were removed: it was withdrawn")
    slip = models.CharField(max_length=64, blank=True, db_index=True, help_text="The keyed hash of its slip’s code")
    captions = models.TextField(blank=True, help_text="WebVTT, as its speaker approved it; empty: none")
    captions_at = models.DateTimeField(null=True, blank=True, help_text="When the captions came")

    class Meta:
        """Django's settings for the table."""

        ordering = ("received_at",)
        permissions = (("moderate_clip", "Can watch, publish and send back clips"),)

    def __str__(self) -> str:
        return f"{self.title} ({self.clip_id})"

    def save(self, **how: Any) -> None:
        """Every clip can be withdrawn with its slip from its first moment on."""
        self.slip = self.slip or slips.kept(slips.code_of(self.clip_id))
        super().save(**how)

    @property
    def is_video(self) -> bool:
        """Whether there is a picture."""
        return self.filetype == FileType.VIDEO

    @property
    def length_s(self) -> float:
        """Length in seconds: measured where it was measured, else as the app said."""
        return self.seconds if self.measured_seconds is None else self.measured_seconds

    @property
    def everybody_agrees(self) -> bool:
        """Whether each person in it said yes."""
        return all(person["agrees"] for person in self.people)

    @property
    def held(self) -> "Claim | None":
        """The claim of the moderator who is looking at it now; None where nobody is, or it is over."""
        claim: Claim | None = getattr(self, "claim", None)
        return None if claim is None or claim.until <= timezone.now() else claim

    @property
    def told_stage(self) -> Stage:
        """The stage as its speaker is told it: nobody is looking at it where the claim is over."""
        stage = Stage(self.stage)
        return Stage.RECEIVED if stage == Stage.IN_REVIEW and self.held is None else stage

    @property
    def views(self) -> int:
        """How often it was watched."""
        return self.plays.aggregate(all=models.Sum("count"))["all"] or 0

    @property
    def replies(self) -> int:
        """How many comments everybody can read."""
        return self.comments.filter(state=CommentState.APPROVED).count()


class Claim(models.Model):
    """One moderator's hold on a clip that waits; at most one a clip. Over when `until` has passed."""

    clip = models.OneToOneField(Clip, on_delete=models.CASCADE, related_name="claim")
    moderator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="claims")
    since = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.clip_id} {self.moderator_id}"


class Deed(models.TextChoices):
    """What the history tells besides the stages."""

    CHECKED = "checked", "Checked"
    CLAIMED = "claimed", "Claimed"
    TAKEN_OVER = "taken_over", "Taken over"
    PUT_BACK = "put_back", "Put back"
    NOTE = "note", "Note"
    REMOVED = "removed", "Removed"


class Event(models.Model):
    """Who did what to a clip, and when; nothing about from where. Rows are added, never changed."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, help_text="Empty: the portal itself")
    what = models.CharField(max_length=12, choices=[*Stage.choices, *Deed.choices])
    note = models.TextField(blank=True)

    class Meta:
        """Django's settings for the table."""

        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"


class Plays(models.Model):
    """How often a clip was watched on one day, and nothing about by whom."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="plays")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """Django's settings for the table."""

        constraints = (models.UniqueConstraint(fields=["clip", "day"], name="portal_one_count_a_day"),)

    def __str__(self) -> str:
        return f"{self.clip_id} {self.day} {self.count}"


# -- comments: nothing here says who wrote one, from where, or at what time of the day --------------------------------


def random_key() -> int:
    """A key for a row: 63 random bits, above 0."""
    return secrets.randbits(63) or 1


class RandomKey(models.BigIntegerField[int, int]):
    """A primary key that tells nothing of the order in which rows were written.

    On SQLite the column must be called “integer”: it then is the row’s own number. Beside a key of any other type
    SQLite keeps a number of its own, which counts up.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The column's type."""
        return "integer" if connection.vendor == "sqlite" else "bigint"


class CommentState(models.TextChoices):
    """Where a comment stands."""

    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "On the page"
    REFUSED = "refused", "Not on the page"


class Comment(models.Model):
    """What somebody said about a published clip. Deleted when its writer takes it back, or the clip is removed."""

    id = RandomKey(primary_key=True, default=random_key, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="comments")
    day = models.DateField()
    text = models.TextField()
    name = models.CharField(max_length=60, blank=True, help_text="What the writer wants to be called; empty: no name")
    signed = models.BooleanField(default=False, help_text="The name is that of the account that wrote it")
    state = models.CharField(max_length=8, choices=CommentState.choices, default=CommentState.WAITING)
    reason = models.TextField(blank=True, help_text="The moderator's words to the writer")
    code = models.CharField(max_length=64, unique=True, help_text="The keyed hash of the writer's private code")

    class Meta:
        """Django's settings for the table."""

        ordering = ("day", "id")
        indexes = (models.Index(fields=["state", "day"], name="portal_comments_to_read"),)

    def __str__(self) -> str:
        return f"{self.clip_id} {self.state}"

    @property
    def held(self) -> "CommentClaim | None":
        """The claim of the moderator who is reading it now; None where nobody is, or it is over."""
        claim: CommentClaim | None = getattr(self, "claim", None)
        return None if claim is None or claim.until <= timezone.now() else claim


class CommentClaim(models.Model):
    """One moderator's hold on a comment; `until` is a full hour, so that it does not tell when the comment came."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, primary_key=True, related_name="claim")
    moderator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.comment_id} {self.moderator_id}"


class CommentEvent(models.Model):
    """What moderators did with a comment: the day, and the order within that comment."""

    id = RandomKey(primary_key=True, default=random_key, editable=False)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    day = models.DateField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=CommentState.choices)
    reason = models.TextField(blank=True)

    class Meta:
        """Django's settings for the table."""

        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["comment", "number"], name="portal_one_event_a_number"),)

    def __str__(self) -> str:
        return f"{self.day} {self.what}"


class Computer(models.Model):
    """A computer that asks, or is allowed, to send clips in somebody's name."""

    name = models.CharField(max_length=100)
    asked_at = models.DateTimeField(auto_now_add=True)
    polled_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="computers")
    grant = models.OneToOneField(DeviceGrant, on_delete=models.SET_NULL, null=True, related_name="computer")
    refresh_token = models.OneToOneField(RefreshToken, on_delete=models.SET_NULL, null=True, related_name="computer")

    class Meta:
        """Django's settings for the table."""

        ordering = ("asked_at",)

    def __str__(self) -> str:
        return self.name
