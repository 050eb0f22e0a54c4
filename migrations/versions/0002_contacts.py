"""contacts of organizers and kelurahan, messages by WhatsApp, and lists of who is to be written to"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = (
    "confirmed",
    "waitlisted",
    "moved-up",
    "reminder",
    "cancelled",
    "session-cancelled",
    "session-changed",
    "contact-code",
)


def one_of(column: str, *values: str) -> str:
    return " OR ".join(f"{column} = '{value}'" for value in values)


def upgrade() -> None:
    op.add_column("organization", sa.Column("phone", sa.String(), nullable=True))
    op.add_column("workshop", sa.Column("contact_phone", sa.String(), nullable=True))
    op.add_column("delegation_link", sa.Column("contact_phone", sa.String(), nullable=True))
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("channel", sa.String(length=20), server_default="email", nullable=False))
        batch.create_check_constraint(op.f("ck_message_channel"), one_of("channel", "email", "whatsapp"))
        batch.drop_constraint(op.f("ck_message_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_message_kind"), one_of("kind", *KINDS, "note"))
    op.create_table(
        "whatsapp_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_whatsapp_list_created_by")),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_whatsapp_list_workshop_session_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whatsapp_list")),
    )
    op.create_index(op.f("ix_whatsapp_list_workshop_session_id"), "whatsapp_list", ["workshop_session_id"])
    op.create_table(
        "whatsapp_recipient",
        sa.Column("whatsapp_list_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_whatsapp_recipient_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["app_user.id"], name=op.f("fk_whatsapp_recipient_sent_by")),
        sa.ForeignKeyConstraint(
            ["whatsapp_list_id"],
            ["whatsapp_list.id"],
            name=op.f("fk_whatsapp_recipient_whatsapp_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("whatsapp_list_id", "registration_id", name=op.f("pk_whatsapp_recipient")),
    )
    op.create_index(op.f("ix_whatsapp_recipient_registration_id"), "whatsapp_recipient", ["registration_id"])


def downgrade() -> None:
    op.drop_table("whatsapp_recipient")
    op.drop_table("whatsapp_list")
    op.execute("DELETE FROM message WHERE kind = 'note' OR channel = 'whatsapp'")
    with op.batch_alter_table("message") as batch:
        batch.drop_constraint(op.f("ck_message_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_message_kind"), one_of("kind", *KINDS))
        batch.drop_constraint(op.f("ck_message_channel"), type_="check")
        batch.drop_column("channel")
    op.drop_column("delegation_link", "contact_phone")
    op.drop_column("workshop", "contact_phone")
    op.drop_column("organization", "phone")
