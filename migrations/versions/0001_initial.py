"""the tables of the first release"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Values of a line of the activity log may be erased; nothing else of a line changes, and no line goes.
KEPT = "id, at, user_id, actor, action, subject, subject_id, address, reason, values_digest"
REMAINS = 'NEW."before" IS NOT NULL OR NEW."after" IS NOT NULL OR NEW.salt IS NOT NULL'
REFUSE_LOG = "BEGIN SELECT RAISE(ABORT, 'the activity log is append-only'); END"
# The text of a privacy notice is proof of what people agreed to.
REFUSE_NOTICE = "BEGIN SELECT RAISE(ABORT, 'a published notice is never changed'); END"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER activity_no_update BEFORE UPDATE OF {KEPT} ON activity {REFUSE_LOG}",
        f"CREATE TRIGGER activity_values_no_update BEFORE UPDATE ON activity WHEN {REMAINS} {REFUSE_LOG}",
        f"CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity {REFUSE_LOG}",
        f"CREATE TRIGGER privacy_notice_no_update BEFORE UPDATE ON privacy_notice {REFUSE_NOTICE}",
        f"CREATE TRIGGER privacy_notice_no_delete BEFORE DELETE ON privacy_notice {REFUSE_NOTICE}",
    ),
    "postgresql": (
        "CREATE FUNCTION activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the activity log is append-only'; END $$",
        f"CREATE TRIGGER activity_append_only BEFORE UPDATE OF {KEPT} OR DELETE OR TRUNCATE ON activity "
        "FOR EACH STATEMENT EXECUTE FUNCTION activity_is_append_only()",
        f"CREATE TRIGGER activity_values_no_update BEFORE UPDATE ON activity FOR EACH ROW WHEN ({REMAINS}) "
        "EXECUTE FUNCTION activity_is_append_only()",
        "CREATE FUNCTION privacy_notice_is_unchanged() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a published notice is never changed'; END $$",
        "CREATE TRIGGER privacy_notice_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON privacy_notice "
        "FOR EACH STATEMENT EXECUTE FUNCTION privacy_notice_is_unchanged()",
    ),
}


def one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    """A CHECK that compares the values one by one: for `IN`, SQLite builds an index of them for every written row."""
    allowed = " OR ".join(f"{column} = '{value}'" for value in values)
    return sa.CheckConstraint(allowed, name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "activity_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_encrypted", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_activity_head_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_head")),
    )
    op.create_table(
        "ambiguous_place",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_ambiguous_place")),
    )
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("official_name", sa.String(), nullable=False),
        sa.Column("bps_code", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("tile_column", sa.Integer(), nullable=True),
        sa.Column("tile_row", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("(level = 'kota') = (parent_code IS NULL)", name=op.f("ck_area_parent")),
        one_of("area", "level", "kota", "kecamatan", "kelurahan"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_area_validity")),
        sa.ForeignKeyConstraint(["parent_code"], ["area.code"], name=op.f("fk_area_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_parent_code"), "area", ["parent_code"], unique=False)
    op.create_table(
        "key_rotation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_rotation")),
    )
    op.create_table(
        "limited_use",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "key", name=op.f("pk_limited_use")),
    )
    op.create_index(op.f("ix_limited_use_ends_at"), "limited_use", ["ends_at"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("is_known", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_address"), "login_failure", ["address"], unique=False)
    op.create_index(op.f("ix_login_failure_at"), "login_failure", ["at"], unique=False)
    op.create_index(op.f("ix_login_failure_email"), "login_failure", ["email"], unique=False)
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        one_of(
            "organization",
            "kind",
            "dinas-kominfo",
            "perangkat-daerah",
            "kelurahan",
            "bumd",
            "perguruan-tinggi",
            "mitra",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
    )
    op.create_table(
        "outbox_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        one_of(
            "outbox_task",
            "kind",
            "commit-import",
            "find-duplicates",
            "read-import",
            "reclaim-space",
            "send-code",
            "send-message",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_task")),
    )
    op.create_table(
        "passkey_challenge",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_passkey_challenge")),
    )
    op.create_table(
        "scheduled_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduled_run")),
    )
    op.create_table(
        "target_group",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("label_id", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_target_group")),
        sa.UniqueConstraint("position", name=op.f("uq_target_group_position")),
    )
    op.create_table(
        "uploaded_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploaded_file")),
    )
    op.create_index(op.f("ix_uploaded_file_sha256"), "uploaded_file", ["sha256"], unique=False)
    op.create_table(
        "ambiguous_place_candidate",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_ambiguous_place_candidate_area_code")
        ),
        sa.ForeignKeyConstraint(
            ["text"], ["ambiguous_place.text"], name=op.f("fk_ambiguous_place_candidate_text")
        ),
        sa.PrimaryKeyConstraint("text", "area_code", name=op.f("pk_ambiguous_place_candidate")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("may_see_participants", sa.Boolean(), nullable=False),
        sa.Column("may_see_niks", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("wants_login_mails", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        one_of("app_user", "role", "admin", "organizer", "staff", "viewer"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_app_user_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("email", name=op.f("uq_app_user_email")),
    )
    op.create_index(op.f("ix_app_user_organization_id"), "app_user", ["organization_id"], unique=False)
    op.create_table(
        "area_alias",
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_alias_area_code")),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_area_alias")),
    )
    op.create_index(op.f("ix_area_alias_area_code"), "area_alias", ["area_code"], unique=False)
    op.create_table(
        "coverage_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("target_group_code", sa.String(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.CheckConstraint("target >= 0", name=op.f("ck_coverage_target_target")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_coverage_target_year")),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_coverage_target_kelurahan_code")
        ),
        sa.ForeignKeyConstraint(
            ["target_group_code"], ["target_group.code"], name=op.f("fk_coverage_target_target_group_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_target")),
    )
    op.create_index(
        "uq_coverage_target_default",
        "coverage_target",
        ["year"],
        unique=True,
        sqlite_where=sa.text("kelurahan_code IS NULL AND target_group_code IS NULL"),
        postgresql_where=sa.text("kelurahan_code IS NULL AND target_group_code IS NULL"),
    )
    op.create_index(
        "uq_coverage_target_default_group",
        "coverage_target",
        ["year", "target_group_code"],
        unique=True,
        sqlite_where=sa.text("kelurahan_code IS NULL AND target_group_code IS NOT NULL"),
        postgresql_where=sa.text("kelurahan_code IS NULL AND target_group_code IS NOT NULL"),
    )
    op.create_index(
        "uq_coverage_target_group",
        "coverage_target",
        ["year", "kelurahan_code", "target_group_code"],
        unique=True,
        sqlite_where=sa.text("kelurahan_code IS NOT NULL AND target_group_code IS NOT NULL"),
        postgresql_where=sa.text("kelurahan_code IS NOT NULL AND target_group_code IS NOT NULL"),
    )
    op.create_index(
        "uq_coverage_target_kelurahan",
        "coverage_target",
        ["year", "kelurahan_code"],
        unique=True,
        sqlite_where=sa.text("kelurahan_code IS NOT NULL AND target_group_code IS NULL"),
        postgresql_where=sa.text("kelurahan_code IS NOT NULL AND target_group_code IS NULL"),
    )
    op.create_table(
        "denominator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        one_of("denominator", "indicator", "penduduk", "umkm", "rt"),
        sa.CheckConstraint("value > 0", name=op.f("ck_denominator_value")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_denominator_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominator")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_denominator_area_code"), "denominator", ["area_code"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("nik_key", sa.String(), nullable=True),
        sa.Column("nik_encrypted", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("sex", sa.String(length=20), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("outside_place", sa.String(), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("organization", sa.String(), nullable=True),
        sa.Column("occupation", sa.String(), nullable=True),
        sa.Column("latest_session_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        one_of("participant", "sex", "L", "P"),
        sa.CheckConstraint("(nik_key IS NULL) = (nik_encrypted IS NULL)", name=op.f("ck_participant_nik")),
        sa.CheckConstraint(
            "kelurahan_code IS NULL OR outside_place IS NULL", name=op.f("ck_participant_place")
        ),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_participant_kelurahan_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("nik_key", name=op.f("uq_participant_nik_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_participant_email",
        "participant",
        ["email"],
        unique=False,
        sqlite_where=sa.text("email IS NOT NULL"),
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_index(op.f("ix_participant_kelurahan_code"), "participant", ["kelurahan_code"], unique=False)
    op.create_index(op.f("ix_participant_name_key"), "participant", ["name_key"], unique=False)
    op.create_index(op.f("ix_participant_phone"), "participant", ["phone"], unique=False)
    op.create_table(
        "target_group_synonym",
        sa.Column("synonym", sa.String(), nullable=False),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_group_code"],
            ["target_group.code"],
            name=op.f("fk_target_group_synonym_target_group_code"),
        ),
        sa.PrimaryKeyConstraint("synonym", name=op.f("pk_target_group_synonym")),
    )
    op.create_index(
        op.f("ix_target_group_synonym_target_group_code"),
        "target_group_synonym",
        ["target_group_code"],
        unique=False,
    )
    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("public_wifi", sa.Boolean(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        one_of("venue", "kind", "aula", "kantor", "sekolah", "kampus", "ruang-publik", "lainnya"),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.code"], name=op.f("fk_venue_kelurahan_code")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_venue_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("name", name=op.f("uq_venue_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_venue_kelurahan_code"), "venue", ["kelurahan_code"], unique=False)
    op.create_index(op.f("ix_venue_organization_id"), "venue", ["organization_id"], unique=False)
    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("pillar", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        one_of("workshop", "pillar", "cakap", "etika", "aman", "budaya"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_workshop_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("code", name=op.f("uq_workshop_code")),
    )
    op.create_index(op.f("ix_workshop_organization_id"), "workshop", ["organization_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("values_digest", sa.String(), server_default="", nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_activity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_at"), "activity", ["at"], unique=False)
    op.create_index(op.f("ix_activity_subject_id"), "activity", ["subject_id"], unique=False)
    op.create_index("ix_activity_user_id_at", "activity", ["user_id", "at"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scope", sa.String(length=20), server_default="write", nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        one_of("api_token", "scope", "figures", "people", "write"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("key", name=op.f("uq_api_token_key")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        one_of("approval", "kind", "password-link", "second-factor-reset", "role", "deactivation"),
        sa.ForeignKeyConstraint(["requested_by"], ["app_user.id"], name=op.f("fk_approval_requested_by")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_approval_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_requested_by"), "approval", ["requested_by"], unique=False)
    op.create_index(op.f("ix_approval_user_id"), "approval", ["user_id"], unique=False)
    op.create_table(
        "authenticator_app",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_authenticator_app_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticator_app")),
    )
    op.create_table(
        "column_mapping",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("headings", sa.String(length=64), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("remembered_by", sa.Integer(), nullable=True),
        sa.Column("remembered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_column_mapping_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["remembered_by"], ["app_user.id"], name=op.f("fk_column_mapping_remembered_by")
        ),
        sa.PrimaryKeyConstraint("organization_id", "headings", name=op.f("pk_column_mapping")),
    )
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("identity", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_data_request_closed")),
        sa.CheckConstraint("channel <> 'desk' OR identity IS NOT NULL", name=op.f("ck_data_request_desk")),
        one_of("data_request", "channel", "ticket", "desk"),
        one_of("data_request", "identity", "ktp", "sim", "passport", "family-card", "known"),
        one_of("data_request", "kind", "access", "copy", "correction", "withdrawal", "erasure"),
        one_of("data_request", "status", "open", "done", "refused"),
        sa.CheckConstraint("due_at > received_at", name=op.f("ck_data_request_due")),
        sa.ForeignKeyConstraint(["closed_by"], ["app_user.id"], name=op.f("fk_data_request_closed_by")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_data_request_participant_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["received_by"], ["app_user.id"], name=op.f("fk_data_request_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index(op.f("ix_data_request_participant_id"), "data_request", ["participant_id"], unique=False)
    op.create_index(op.f("ix_data_request_status"), "data_request", ["status"], unique=False)
    op.create_table(
        "email_change",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_email_change_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("key", name=op.f("uq_email_change_key")),
    )
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_external_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_external_identity_user_id_issuer")),
    )
    op.create_table(
        "group_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_group_membership_validity")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_group_membership_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_group_code"], ["target_group.code"], name=op.f("fk_group_membership_target_group_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_membership")),
    )
    op.create_index(
        op.f("ix_group_membership_participant_id"), "group_membership", ["participant_id"], unique=False
    )
    op.create_index(
        op.f("ix_group_membership_target_group_code"), "group_membership", ["target_group_code"], unique=False
    )
    op.create_table(
        "known_device",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_known_device_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_known_device")),
    )
    op.create_index(op.f("ix_known_device_user_id"), "known_device", ["user_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_passkey_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"], unique=False)
    op.create_table(
        "password_link",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_password_link_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_password_link")),
    )
    op.create_index(op.f("ix_password_link_user_id"), "password_link", ["user_id"], unique=False)
    op.create_table(
        "pending_login",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_pending_login_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pending_login")),
    )
    op.create_index(op.f("ix_pending_login_user_id"), "pending_login", ["user_id"], unique=False)
    op.create_table(
        "people_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("kept_name", sa.String(), nullable=False),
        sa.Column("absorbed_name", sa.String(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merged_by"], ["app_user.id"], name=op.f("fk_people_merge_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["app_user.id"], name=op.f("fk_people_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_merge")),
    )
    op.create_index(op.f("ix_people_merge_kept_id"), "people_merge", ["kept_id"], unique=False)
    op.create_index(op.f("ix_people_merge_merged_at"), "people_merge", ["merged_at"], unique=False)
    op.create_table(
        "possible_duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        one_of("possible_duplicate", "state", "open", "different"),
        sa.CheckConstraint("participant_id < other_id", name=op.f("ck_possible_duplicate_order")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["app_user.id"], name=op.f("fk_possible_duplicate_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["participant.id"], name=op.f("fk_possible_duplicate_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_possible_duplicate_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicate")),
        sa.UniqueConstraint(
            "participant_id", "other_id", name=op.f("uq_possible_duplicate_participant_id_other_id")
        ),
    )
    op.create_index(op.f("ix_possible_duplicate_other_id"), "possible_duplicate", ["other_id"], unique=False)
    op.create_table(
        "privacy_notice",
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("text_id", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("text_id <> '' AND text_en <> ''", name=op.f("ck_privacy_notice_text")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["app_user.id"], name=op.f("fk_privacy_notice_published_by")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_privacy_notice")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "retention_rule",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("switched_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("switched_on_by", sa.Integer(), nullable=True),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Integer(), nullable=False),
        one_of("retention_rule", "kind", "files", "import-rows", "messages", "people", "niks"),
        sa.CheckConstraint("days BETWEEN 30 AND 7300", name=op.f("ck_retention_rule_days")),
        sa.CheckConstraint("deleted >= 0", name=op.f("ck_retention_rule_deleted")),
        sa.ForeignKeyConstraint(
            ["switched_on_by"], ["app_user.id"], name=op.f("fk_retention_rule_switched_on_by")
        ),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "workshop_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("online_link", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places_per_kelurahan", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_why", sa.String(), nullable=True),
        one_of("workshop_session", "mode", "luring", "daring", "hybrid"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_workshop_session_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_workshop_session_duration")),
        sa.CheckConstraint("places_per_kelurahan > 0", name=op.f("ck_workshop_session_places_per_kelurahan")),
        sa.CheckConstraint(
            "registration_closes_at > registration_opens_at",
            name=op.f("ck_workshop_session_registration_time"),
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_workshop_session_venue_id")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_session_workshop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_session")),
        sa.UniqueConstraint("code", name=op.f("uq_workshop_session_code")),
    )
    op.create_index(op.f("ix_workshop_session_starts_at"), "workshop_session", ["starts_at"], unique=False)
    op.create_index(op.f("ix_workshop_session_venue_id"), "workshop_session", ["venue_id"], unique=False)
    op.create_index(
        op.f("ix_workshop_session_workshop_id"), "workshop_session", ["workshop_id"], unique=False
    )
    op.create_table(
        "workshop_target_group",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_group_code"],
            ["target_group.code"],
            name=op.f("fk_workshop_target_group_target_group_code"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_target_group_workshop_id")
        ),
        sa.PrimaryKeyConstraint("workshop_id", "target_group_code", name=op.f("pk_workshop_target_group")),
    )
    op.create_table(
        "activity_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_seal_activity_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_activity_seal")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_activity_seal_activity_id")),
    )
    op.create_table(
        "attendance_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_file_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("file_format", sa.String(length=5), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("sheets", JSON, nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("preview", sa.String(), nullable=False),
        sa.Column("reading", JSON, nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("blank_means", sa.String(length=20), nullable=True),
        sa.Column("stated_total", sa.Integer(), nullable=True),
        sa.Column("stated_total_of", sa.String(length=10), nullable=True),
        sa.Column("stated_date", sa.Date(), nullable=True),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("others", JSON, nullable=False),
        sa.Column("removed", JSON, server_default="[]", nullable=False),
        sa.Column("failure", JSON, nullable=True),
        sa.Column("judged_at", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=20), server_default="attendance", nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis <> 'consent'", name=op.f("ck_attendance_import_basis_of_list")),
        one_of("attendance_import", "basis", "consent", "public-task", "paper-consent"),
        one_of("attendance_import", "blank_means", "present", "absent"),
        one_of("attendance_import", "purpose", "attendance", "registration"),
        sa.CheckConstraint(
            "status <> 'committed' OR committed_at IS NOT NULL", name=op.f("ck_attendance_import_committed")
        ),
        one_of(
            "attendance_import", "status", "reading", "review", "committing", "committed", "undone", "failed"
        ),
        sa.ForeignKeyConstraint(
            ["committed_by"], ["app_user.id"], name=op.f("fk_attendance_import_committed_by")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["app_user.id"], name=op.f("fk_attendance_import_undone_by")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["app_user.id"], name=op.f("fk_attendance_import_uploaded_by")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_file_id"], ["uploaded_file.id"], name=op.f("fk_attendance_import_uploaded_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_attendance_import_workshop_session_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_import")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_attendance_import_uploaded_by"), "attendance_import", ["uploaded_by"], unique=False
    )
    op.create_index(
        op.f("ix_attendance_import_uploaded_file_id"), "attendance_import", ["uploaded_file_id"], unique=False
    )
    op.create_index(
        op.f("ix_attendance_import_workshop_session_id"),
        "attendance_import",
        ["workshop_session_id"],
        unique=False,
    )
    op.create_table(
        "breach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened", sa.String(), nullable=False),
        sa.Column("data_affected", sa.String(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=True),
        sa.Column("workshop_session_id", sa.Integer(), nullable=True),
        sa.Column("attendance_import_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("agency_notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people_notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'file') = (attendance_import_id IS NOT NULL)", name=op.f("ck_breach_file")
        ),
        sa.CheckConstraint("(scope = 'period') = (first_day IS NOT NULL)", name=op.f("ck_breach_period")),
        sa.CheckConstraint(
            "(scope = 'session') = (workshop_session_id IS NOT NULL)", name=op.f("ck_breach_session")
        ),
        sa.CheckConstraint(
            "(scope = 'workshop') = (workshop_id IS NOT NULL)", name=op.f("ck_breach_workshop")
        ),
        one_of("breach", "scope", "all", "workshop", "session", "period", "file"),
        sa.CheckConstraint(
            "(first_day IS NULL) = (last_day IS NULL) AND (first_day IS NULL OR last_day >= first_day)",
            name=op.f("ck_breach_days"),
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_breach_recorded_by")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_breach_workshop_id")),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"], ["workshop_session.id"], name=op.f("fk_breach_workshop_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    op.create_table(
        "delegation_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("kelurahan_code", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_delegation_link_created_by")),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_delegation_link_kelurahan_code")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_delegation_link_workshop_session_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_link")),
    )
    op.create_index(
        op.f("ix_delegation_link_kelurahan_code"), "delegation_link", ["kelurahan_code"], unique=False
    )
    op.create_index(
        op.f("ix_delegation_link_workshop_session_id"),
        "delegation_link",
        ["workshop_session_id"],
        unique=False,
    )
    op.create_table(
        "folded_registration",
        sa.Column("people_merge_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["people_merge_id"], ["people_merge.id"], name=op.f("fk_folded_registration_people_merge_id")
        ),
        sa.PrimaryKeyConstraint("people_merge_id", "registration_id", name=op.f("pk_folded_registration")),
    )
    op.create_index(
        op.f("ix_folded_registration_registration_id"),
        "folded_registration",
        ["registration_id"],
        unique=False,
    )
    op.create_table(
        "session_group_places",
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_session_group_places_places")),
        sa.ForeignKeyConstraint(
            ["target_group_code"],
            ["target_group.code"],
            name=op.f("fk_session_group_places_target_group_code"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_group_places_workshop_session_id"),
        ),
        sa.PrimaryKeyConstraint(
            "workshop_session_id", "target_group_code", name=op.f("pk_session_group_places")
        ),
    )
    op.create_table(
        "session_staff",
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_session_staff_user_id")),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_staff_workshop_session_id"),
        ),
        sa.PrimaryKeyConstraint("workshop_session_id", "user_id", name=op.f("pk_session_staff")),
    )
    op.create_index(op.f("ix_session_staff_user_id"), "session_staff", ["user_id"], unique=False)
    op.create_table(
        "attendance_import_row",
        sa.Column("attendance_import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("cells", JSON, nullable=False),
        sa.Column("cells_encrypted", sa.String(), nullable=True),
        sa.Column("corrected", JSON, nullable=False),
        sa.Column("decision", JSON, nullable=True),
        sa.Column("result", JSON, nullable=False),
        sa.Column("nik_encrypted", sa.String(), nullable=True),
        sa.Column("messages", JSON, nullable=False),
        sa.Column("of_number", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        one_of(
            "attendance_import_row",
            "kind",
            "create",
            "update",
            "unchanged",
            "duplicate",
            "skip",
            "review",
            "error",
        ),
        sa.ForeignKeyConstraint(
            ["attendance_import_id"],
            ["attendance_import.id"],
            name=op.f("fk_attendance_import_row_attendance_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_attendance_import_row_participant_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("attendance_import_id", "number", name=op.f("pk_attendance_import_row")),
    )
    op.create_index(
        "ix_attendance_import_row_participant_id",
        "attendance_import_row",
        ["participant_id"],
        unique=False,
        sqlite_where=sa.text("participant_id IS NOT NULL"),
        postgresql_where=sa.text("participant_id IS NOT NULL"),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("outside_place", sa.String(), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("sex", sa.String(length=20), nullable=True),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_number", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("registered_by", sa.Integer(), nullable=True),
        sa.Column("delegation_link_id", sa.Integer(), nullable=True),
        sa.Column("name_given", sa.String(), nullable=True),
        sa.Column("contact_phone", sa.String(), nullable=True),
        sa.Column("contact_email", sa.String(), nullable=True),
        sa.Column("contact_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens_record", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("consent_notice", sa.String(length=10), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column("informed_notice", sa.String(length=10), nullable=True),
        sa.Column("informed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(basis = 'consent') = (consent_notice IS NOT NULL)", name=op.f("ck_registration_consent_basis")
        ),
        one_of("registration", "basis", "consent", "public-task", "paper-consent"),
        sa.CheckConstraint(
            "channel <> 'self' OR basis = 'consent'", name=op.f("ck_registration_self_consent")
        ),
        one_of("registration", "channel", "self", "organizer", "delegation", "walk-in"),
        one_of("registration", "sex", "L", "P"),
        one_of("registration", "status", "confirmed", "waitlisted", "walk-in", "cancelled"),
        sa.CheckConstraint(
            "(consented_at IS NULL) = (consent_notice IS NULL)", name=op.f("ck_registration_consent")
        ),
        sa.CheckConstraint(
            "(informed_at IS NULL) = (informed_notice IS NULL)", name=op.f("ck_registration_informed")
        ),
        sa.CheckConstraint(
            "(kelurahan_code IS NULL) <> (outside_place IS NULL)", name=op.f("ck_registration_place")
        ),
        sa.ForeignKeyConstraint(
            ["consent_notice"], ["privacy_notice.version"], name=op.f("fk_registration_consent_notice")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_link_id"], ["delegation_link.id"], name=op.f("fk_registration_delegation_link_id")
        ),
        sa.ForeignKeyConstraint(
            ["informed_notice"], ["privacy_notice.version"], name=op.f("fk_registration_informed_notice")
        ),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_registration_kelurahan_code")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_registration_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["app_user.id"], name=op.f("fk_registration_registered_by")
        ),
        sa.ForeignKeyConstraint(
            ["target_group_code"], ["target_group.code"], name=op.f("fk_registration_target_group_code")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"], ["workshop_session.id"], name=op.f("fk_registration_workshop_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("code", name=op.f("uq_registration_code")),
        sa.UniqueConstraint(
            "workshop_session_id",
            "participant_id",
            name=op.f("uq_registration_workshop_session_id_participant_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_registration_delegation_link_id",
        "registration",
        ["delegation_link_id"],
        unique=False,
        sqlite_where=sa.text("delegation_link_id IS NOT NULL"),
        postgresql_where=sa.text("delegation_link_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_registration_participant_id"), "registration", ["participant_id"], unique=False)
    op.create_index(
        "ix_registration_places",
        "registration",
        ["workshop_session_id", "status", "kelurahan_code", "target_group_code"],
        unique=False,
    )
    op.create_index(
        "ix_registration_request_key",
        "registration",
        ["request_key"],
        unique=True,
        sqlite_where=sa.text("request_key IS NOT NULL"),
        postgresql_where=sa.text("request_key IS NOT NULL"),
    )
    op.create_index(
        "ix_registration_waiting_number",
        "registration",
        ["workshop_session_id", "waiting_number"],
        unique=False,
        sqlite_where=sa.text("waiting_number IS NOT NULL"),
        postgresql_where=sa.text("waiting_number IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_registration_workshop_session_id"), "registration", ["workshop_session_id"], unique=False
    )
    op.create_table(
        "attendance",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("attendance_import_id", sa.Integer(), nullable=True),
        one_of("attendance", "status", "present", "absent", "excused"),
        sa.ForeignKeyConstraint(
            ["attendance_import_id"],
            ["attendance_import.id"],
            name=op.f("fk_attendance_attendance_import_id"),
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_attendance_recorded_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_attendance_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_attendance")),
    )
    op.create_index(
        op.f("ix_attendance_attendance_import_id"), "attendance", ["attendance_import_id"], unique=False
    )
    op.create_table(
        "attendance_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        one_of("attendance_mark", "status", "present", "absent", "excused"),
        sa.ForeignKeyConstraint(["marked_by"], ["app_user.id"], name=op.f("fk_attendance_mark_marked_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_attendance_mark_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_mark")),
        sa.UniqueConstraint("nonce", name=op.f("uq_attendance_mark_nonce")),
    )
    op.create_index(
        op.f("ix_attendance_mark_registration_id"), "attendance_mark", ["registration_id"], unique=False
    )
    op.create_table(
        "contact_code",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_contact_code_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_contact_code")),
    )
    op.create_table(
        "data_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("browser_key", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_data_access_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_access")),
        sa.UniqueConstraint("browser_key", name=op.f("uq_data_access_browser_key")),
    )
    op.create_index(op.f("ix_data_access_registration_id"), "data_access", ["registration_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("occasion", sa.String(length=100), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        one_of(
            "message",
            "kind",
            "confirmed",
            "waitlisted",
            "moved-up",
            "reminder",
            "cancelled",
            "session-cancelled",
            "session-changed",
            "contact-code",
        ),
        one_of("message", "status", "waiting", "sending", "sent", "failed", "unknown"),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_message_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("occasion", name=op.f("uq_message_occasion")),
    )
    op.create_index("ix_message_recipient", "message", ["recipient", "kind", "created_at"], unique=False)
    op.create_index(op.f("ix_message_registration_id"), "message", ["registration_id"], unique=False)
    op.create_table(
        "proposed_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("attendance_import_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        one_of("proposed_change", "state", "open", "rejected"),
        sa.ForeignKeyConstraint(
            ["attendance_import_id"],
            ["attendance_import.id"],
            name=op.f("fk_proposed_change_attendance_import_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"], name=op.f("fk_proposed_change_decided_by")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_proposed_change_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["app_user.id"], name=op.f("fk_proposed_change_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_proposed_change_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_change")),
    )
    op.create_index(
        op.f("ix_proposed_change_attendance_import_id"),
        "proposed_change",
        ["attendance_import_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_proposed_change_participant_id"), "proposed_change", ["participant_id"], unique=False
    )
    op.create_index(
        op.f("ix_proposed_change_registration_id"), "proposed_change", ["registration_id"], unique=False
    )
    op.create_index("ix_proposed_change_state", "proposed_change", ["state", "participant_id"], unique=False)
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("proposed_change")
    op.drop_table("message")
    op.drop_table("data_access")
    op.drop_table("contact_code")
    op.drop_table("attendance_mark")
    op.drop_table("attendance")
    op.drop_table("registration")
    op.drop_table("attendance_import_row")
    op.drop_table("session_staff")
    op.drop_table("session_group_places")
    op.drop_table("folded_registration")
    op.drop_table("delegation_link")
    op.drop_table("breach")
    op.drop_table("attendance_import")
    op.drop_table("activity_seal")
    op.drop_table("workshop_target_group")
    op.drop_table("workshop_session")
    op.drop_table("retention_rule")
    op.drop_table("recovery_code")
    op.drop_table("privacy_notice")
    op.drop_table("possible_duplicate")
    op.drop_table("people_merge")
    op.drop_table("pending_login")
    op.drop_table("password_link")
    op.drop_table("passkey")
    op.drop_table("login_session")
    op.drop_table("known_device")
    op.drop_table("group_membership")
    op.drop_table("external_identity")
    op.drop_table("email_change")
    op.drop_table("data_request")
    op.drop_table("column_mapping")
    op.drop_table("authenticator_app")
    op.drop_table("approval")
    op.drop_table("api_token")
    op.drop_table("activity")
    op.drop_table("workshop")
    op.drop_table("venue")
    op.drop_table("target_group_synonym")
    op.drop_table("participant")
    op.drop_table("denominator")
    op.drop_table("coverage_target")
    op.drop_table("area_alias")
    op.drop_table("app_user")
    op.drop_table("ambiguous_place_candidate")
    op.drop_table("uploaded_file")
    op.drop_table("target_group")
    op.drop_table("scheduled_run")
    op.drop_table("passkey_challenge")
    op.drop_table("outbox_task")
    op.drop_table("organization")
    op.drop_table("login_failure")
    op.drop_table("limited_use")
    op.drop_table("key_rotation")
    op.drop_table("area")
    op.drop_table("ambiguous_place")
    op.drop_table("activity_head")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION activity_is_append_only()")
        op.execute("DROP FUNCTION privacy_notice_is_unchanged()")
