"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ambiguous_place",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_ambiguous_place")),
    )
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "kota",
                "kecamatan",
                "kelurahan",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
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
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_area_validity")),
        sa.ForeignKeyConstraint(["parent_code"], ["area.code"], name=op.f("fk_area_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_parent_code"), "area", ["parent_code"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
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
        sa.Column(
            "kind",
            sa.Enum(
                "perangkat-daerah",
                "kelurahan",
                "bumd",
                "perguruan-tinggi",
                "mitra",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
    )
    op.create_table(
        "outbox_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("read-import", name="kind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_task")),
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
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "organizer",
                "staff",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("may_see_participants", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("kelurahan_code", sa.String(), nullable=False),
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
        "uq_coverage_target_group",
        "coverage_target",
        ["year", "kelurahan_code", "target_group_code"],
        unique=True,
        sqlite_where=sa.text("target_group_code IS NOT NULL"),
        postgresql_where=sa.text("target_group_code IS NOT NULL"),
    )
    op.create_index(
        "uq_coverage_target_kelurahan",
        "coverage_target",
        ["year", "kelurahan_code"],
        unique=True,
        sqlite_where=sa.text("target_group_code IS NULL"),
        postgresql_where=sa.text("target_group_code IS NULL"),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("nik_key", sa.String(), nullable=True),
        sa.Column("nik_encrypted", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum("L", "P", name="sex", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("outside_place", sa.String(), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("organization", sa.String(), nullable=True),
        sa.Column("latest_session_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(nik_key IS NULL) = (nik_encrypted IS NULL)", name=op.f("ck_participant_nik")),
        sa.CheckConstraint(
            "kelurahan_code IS NULL OR outside_place IS NULL", name=op.f("ck_participant_place")
        ),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_participant_kelurahan_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("nik_key", name=op.f("uq_participant_nik_key")),
    )
    op.create_index(op.f("ix_participant_email"), "participant", ["email"], unique=False)
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
        sa.Column(
            "kind",
            sa.Enum(
                "aula",
                "kantor",
                "sekolah",
                "kampus",
                "ruang-publik",
                "lainnya",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("public_wifi", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.code"], name=op.f("fk_venue_kelurahan_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("name", name=op.f("uq_venue_name")),
    )
    op.create_index(op.f("ix_venue_kelurahan_code"), "venue", ["kelurahan_code"], unique=False)
    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "pillar",
            sa.Enum(
                "cakap",
                "etika",
                "aman",
                "budaya",
                name="pillar",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_activity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_at"), "activity", ["at"], unique=False)
    op.create_index(op.f("ix_activity_subject_id"), "activity", ["subject_id"], unique=False)
    op.create_index(op.f("ix_activity_user_id"), "activity", ["user_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("key", name=op.f("uq_api_token_key")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"], unique=False)
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
        "workshop_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "luring",
                "daring",
                "hybrid",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("online_link", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_workshop_session_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_workshop_session_duration")),
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
        "attendance_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_file_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "reading",
                "review",
                "committed",
                "undone",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("file_format", sa.String(length=5), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("sheets", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("columns", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("preview", sa.String(), nullable=False),
        sa.Column("reading", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "blank_means",
            sa.Enum(
                "present", "absent", name="blank_means", native_enum=False, create_constraint=True, length=20
            ),
            nullable=True,
        ),
        sa.Column("stated_total", sa.Integer(), nullable=True),
        sa.Column("stated_total_of", sa.String(length=10), nullable=True),
        sa.Column("stated_date", sa.Date(), nullable=True),
        sa.Column("warnings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("others", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("failure", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("judged_at", sa.Integer(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "consent",
                "public-task",
                "paper-consent",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status <> 'committed' OR committed_at IS NOT NULL", name=op.f("ck_attendance_import_committed")
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
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "confirmed",
                "waitlisted",
                "walk-in",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("kelurahan_code", sa.String(), nullable=True),
        sa.Column("outside_place", sa.String(), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column(
            "sex",
            sa.Enum("L", "P", name="sex", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "consent",
                "public-task",
                "paper-consent",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kelurahan_code IS NULL) <> (outside_place IS NULL)", name=op.f("ck_registration_place")
        ),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_registration_kelurahan_code")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_registration_participant_id")
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
    )
    op.create_index(op.f("ix_registration_kelurahan_code"), "registration", ["kelurahan_code"], unique=False)
    op.create_index(op.f("ix_registration_participant_id"), "registration", ["participant_id"], unique=False)
    op.create_index(
        op.f("ix_registration_target_group_code"), "registration", ["target_group_code"], unique=False
    )
    op.create_table(
        "attendance",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "absent",
                "excused",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("attendance_import_id", sa.Integer(), nullable=True),
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
        "attendance_import_row",
        sa.Column("attendance_import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "create",
                "update",
                "unchanged",
                "duplicate",
                "skip",
                "review",
                "error",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("cells", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("corrected", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("decision", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("messages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("of_number", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_attendance_import_row_registration_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("attendance_import_id", "number", name=op.f("pk_attendance_import_row")),
    )
    op.create_index(
        op.f("ix_attendance_import_row_participant_id"),
        "attendance_import_row",
        ["participant_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_attendance_import_row_registration_id"),
        "attendance_import_row",
        ["registration_id"],
        unique=False,
    )

    _keep_activities_append_only()


APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity "
        "BEGIN SELECT RAISE(ABORT, 'the activity log is append-only'); END",
        "CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity "
        "BEGIN SELECT RAISE(ABORT, 'the activity log is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the activity log is append-only'; END $$",
        "CREATE TRIGGER activity_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON activity "
        "FOR EACH STATEMENT EXECUTE FUNCTION activity_is_append_only()",
    ),
}


def _keep_activities_append_only() -> None:
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_attendance_import_row_registration_id"), table_name="attendance_import_row")
    op.drop_index(op.f("ix_attendance_import_row_participant_id"), table_name="attendance_import_row")
    op.drop_table("attendance_import_row")
    op.drop_index(op.f("ix_attendance_attendance_import_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_registration_target_group_code"), table_name="registration")
    op.drop_index(op.f("ix_registration_participant_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_kelurahan_code"), table_name="registration")
    op.drop_table("registration")
    op.drop_index(op.f("ix_attendance_import_workshop_session_id"), table_name="attendance_import")
    op.drop_index(op.f("ix_attendance_import_uploaded_file_id"), table_name="attendance_import")
    op.drop_index(op.f("ix_attendance_import_uploaded_by"), table_name="attendance_import")
    op.drop_table("attendance_import")
    op.drop_table("workshop_target_group")
    op.drop_index(op.f("ix_workshop_session_workshop_id"), table_name="workshop_session")
    op.drop_index(op.f("ix_workshop_session_venue_id"), table_name="workshop_session")
    op.drop_index(op.f("ix_workshop_session_starts_at"), table_name="workshop_session")
    op.drop_table("workshop_session")
    op.drop_index(op.f("ix_password_link_user_id"), table_name="password_link")
    op.drop_table("password_link")
    op.drop_index(op.f("ix_login_session_user_id"), table_name="login_session")
    op.drop_index(op.f("ix_login_session_expires_at"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_api_token_user_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_activity_user_id"), table_name="activity")
    op.drop_index(op.f("ix_activity_subject_id"), table_name="activity")
    op.drop_index(op.f("ix_activity_at"), table_name="activity")
    op.drop_table("activity")
    op.drop_index(op.f("ix_workshop_organization_id"), table_name="workshop")
    op.drop_table("workshop")
    op.drop_index(op.f("ix_venue_kelurahan_code"), table_name="venue")
    op.drop_table("venue")
    op.drop_index(op.f("ix_target_group_synonym_target_group_code"), table_name="target_group_synonym")
    op.drop_table("target_group_synonym")
    op.drop_index(op.f("ix_participant_phone"), table_name="participant")
    op.drop_index(op.f("ix_participant_name_key"), table_name="participant")
    op.drop_index(op.f("ix_participant_kelurahan_code"), table_name="participant")
    op.drop_index(op.f("ix_participant_email"), table_name="participant")
    op.drop_table("participant")
    op.drop_index(
        "uq_coverage_target_kelurahan",
        table_name="coverage_target",
        sqlite_where=sa.text("target_group_code IS NULL"),
        postgresql_where=sa.text("target_group_code IS NULL"),
    )
    op.drop_index(
        "uq_coverage_target_group",
        table_name="coverage_target",
        sqlite_where=sa.text("target_group_code IS NOT NULL"),
        postgresql_where=sa.text("target_group_code IS NOT NULL"),
    )
    op.drop_table("coverage_target")
    op.drop_index(op.f("ix_area_alias_area_code"), table_name="area_alias")
    op.drop_table("area_alias")
    op.drop_index(op.f("ix_app_user_organization_id"), table_name="app_user")
    op.drop_table("app_user")
    op.drop_table("ambiguous_place_candidate")
    op.drop_index(op.f("ix_uploaded_file_sha256"), table_name="uploaded_file")
    op.drop_table("uploaded_file")
    op.drop_table("target_group")
    op.drop_table("outbox_task")
    op.drop_table("organization")
    op.drop_index(op.f("ix_login_failure_email"), table_name="login_failure")
    op.drop_index(op.f("ix_login_failure_at"), table_name="login_failure")
    op.drop_index(op.f("ix_login_failure_address"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_index(op.f("ix_area_parent_code"), table_name="area")
    op.drop_table("area")
    op.drop_table("ambiguous_place")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION activity_is_append_only()")
