"""The catalogue's numbered migrations. A migration, once released, is never edited: add the next one."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE clip (
        clip_id      TEXT PRIMARY KEY,
        kind         TEXT NOT NULL CHECK (kind IN ('video', 'sound')),
        stage        TEXT NOT NULL,
        created_at   TEXT NOT NULL,
        take         TEXT NOT NULL,
        seconds      REAL,
        report       TEXT,
        title        TEXT NOT NULL DEFAULT '',
        audience     TEXT NOT NULL DEFAULT 'team',
        preset       TEXT NOT NULL DEFAULT 'normal',
        wanted       INTEGER NOT NULL DEFAULT 0,
        note         TEXT,
        source_sha256 TEXT UNIQUE
    ) STRICT;
    CREATE TABLE kept_range (
        clip_id      TEXT NOT NULL REFERENCES clip ON DELETE CASCADE,
        position     INTEGER NOT NULL,
        start_s      REAL NOT NULL,
        end_s        REAL NOT NULL,
        PRIMARY KEY (clip_id, position)
    ) STRICT;
    CREATE TABLE person (
        clip_id      TEXT NOT NULL REFERENCES clip ON DELETE CASCADE,
        position     INTEGER NOT NULL,
        name         TEXT NOT NULL,
        agrees       INTEGER NOT NULL,
        PRIMARY KEY (clip_id, position)
    ) STRICT;
    CREATE TABLE rendition (
        clip_id      TEXT PRIMARY KEY REFERENCES clip ON DELETE CASCADE,
        path         TEXT NOT NULL,
        sha256       TEXT NOT NULL,
        bytes        INTEGER NOT NULL,
        seconds      REAL NOT NULL
    ) STRICT;
    CREATE TABLE delivery (
        clip_id      TEXT PRIMARY KEY REFERENCES clip ON DELETE CASCADE,
        attempts     INTEGER NOT NULL DEFAULT 0,
        not_before   REAL NOT NULL DEFAULT 0,
        upload_url   TEXT,
        problem      TEXT,
        held         INTEGER NOT NULL DEFAULT 0,
        lease_holder TEXT,
        lease_until  REAL NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE receipt (
        clip_id      TEXT PRIMARY KEY REFERENCES clip ON DELETE CASCADE,
        sha256       TEXT NOT NULL,
        bytes        INTEGER NOT NULL,
        received_at  TEXT NOT NULL,
        page         TEXT NOT NULL
    ) STRICT;
    """,
    "ALTER TABLE clip ADD COLUMN clean_sound INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE delivery ADD COLUMN goes TEXT NOT NULL DEFAULT 'by_itself'"
    " CHECK (goes IN ('by_itself', 'held', 'anyway'))",
    """
    CREATE TABLE name_said (
        clip_id      TEXT NOT NULL REFERENCES clip ON DELETE CASCADE,
        position     INTEGER NOT NULL,
        start_s      REAL NOT NULL,
        end_s        REAL NOT NULL,
        PRIMARY KEY (clip_id, position)
    ) STRICT;
    CREATE TABLE small_copy (
        clip_id      TEXT PRIMARY KEY REFERENCES clip ON DELETE CASCADE,
        path         TEXT NOT NULL,
        sha256       TEXT NOT NULL,
        bytes        INTEGER NOT NULL,
        seconds      REAL NOT NULL,
        upload_url   TEXT,
        arrived      INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    ALTER TABLE clip ADD COLUMN views INTEGER;
    ALTER TABLE clip ADD COLUMN replies INTEGER;
    ALTER TABLE clip ADD COLUMN removed_at TEXT;
    """,
    """
    ALTER TABLE receipt ADD COLUMN slip TEXT NOT NULL DEFAULT '';
    ALTER TABLE clip ADD COLUMN sending INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE clip ADD COLUMN show_as TEXT NOT NULL DEFAULT 'as_i_am'
        CHECK (show_as IN ('as_i_am', 'voice_only', 'disguised_voice', 'blurred_face'));
    ALTER TABLE clip ADD COLUMN captions TEXT NOT NULL DEFAULT 'none'
        CHECK (captions IN ('none', 'draft', 'approved'));
    CREATE TABLE caption (
        clip_id      TEXT NOT NULL REFERENCES clip ON DELETE CASCADE,
        position     INTEGER NOT NULL,
        start_s      REAL NOT NULL,
        end_s        REAL NOT NULL,
        text         TEXT NOT NULL,
        doubtful     INTEGER NOT NULL,
        PRIMARY KEY (clip_id, position)
    ) STRICT;
    """,
    """
    ALTER TABLE clip ADD COLUMN captions_told TEXT NOT NULL DEFAULT '';
    ALTER TABLE caption ADD COLUMN words TEXT NOT NULL DEFAULT '[]';
    """,
)
